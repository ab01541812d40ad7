"""Why a record was not taken. The docstring is the message."""

from limits.errors import YekuoError


class ApplicationUnknown(YekuoError):
    """没有申请编号为 {number} 的业扩报装申请。请核对编号；若在台账里，请先导入台账。"""

    code = "application_unknown"


class ApplicationExists(YekuoError):
    """申请编号 {number} 已经受理，同一编号不能受理两次。请核对编号；若要补正资料，请用“补正资料”。"""

    code = "application_exists"


class InstantInFuture(YekuoError):
    """“{event}”的发生时间 {at} 晚于现在 {now}，将来的事不能登记。请填写实际发生的时间。"""

    code = "instant_in_future"


class SuspensionNotApproved(YekuoError):
    """申请 {number} 的挂起未登记：{problem}。请写明原因、依据，并由经办人以外的人批准。"""

    code = "suspension_not_approved"


class ReasonMissing(YekuoError):
    """申请 {number} 的“{event}”没有写原因。请写明原因，更正与终止都要留下理由。"""

    code = "reason_missing"


class RecordUnknown(YekuoError):
    """申请 {number} 没有第 {seq} 号记录可以更正；现有 1 到 {last} 号。请先查看这件申请的各条记录。"""

    code = "record_unknown"


class NothingToCorrect(YekuoError):
    """申请 {number} 第 {seq} 号记录“{event}”不能这样更正：{problem}。请给出新的发生时间或新的内容。"""

    code = "nothing_to_correct"


class StoreNotReady(YekuoError):
    """数据库 {url} 还没有建立，或版本与程序不一致。请先运行 yekuo init。"""

    code = "store_not_ready"


class StoreUnreachable(YekuoError):
    """数据库 {url} 无法连接（{reason}）。请核对 YEKUO_DATABASE_URL，并确认数据库服务已启动。"""

    code = "store_unreachable"


class StoreBusy(YekuoError):
    """数据库正被另一个操作占用，等待超时。没有写入任何内容，请稍后重试。"""

    code = "store_busy"


class DatabaseUrlInvalid(YekuoError):
    """数据库地址 {url} 无法识别。应为 sqlite:///文件路径 或 postgresql+psycopg://用户@主机/库名。"""

    code = "database_url_invalid"


class NoticeKnown(YekuoError):
    """放假安排文件 {file} 已在 {imported_at} 导入过，内容完全相同。不需要再导入；若有补充通知，请写成新的文件。"""

    code = "notice_known"


class AmendmentInvalid(YekuoError):
    """申请 {number} 的补正未登记：{problem}。请只写要改的项，例如 客户名称、报装容量，并写成正确的值。"""

    code = "amendment_invalid"


class TextUnstorable(YekuoError):
    """“{text}…”不能登记为{what}：{problem}。请缩短或改正后重试。"""

    code = "text_unstorable"


class StoreRefused(YekuoError):
    """数据库拒绝了这次写入（{reason}）。没有写入任何内容，请核对输入的内容。"""

    code = "store_refused"


class RecordUnreadable(YekuoError):
    """申请（内部编号 {application_id}）的第 {seq} 号记录读不出来，多半在软件之外被改动过。请运行 yekuo verify，并联系系统管理员。"""

    code = "record_unreadable"


class StoreDamaged(YekuoError):
    """数据库文件 {url} 已损坏，或者不是数据库（{reason}）。请停止使用它，从备份恢复后运行 yekuo verify。"""

    code = "store_damaged"


class StoreReadOnly(YekuoError):
    """数据库文件 {url} 只能读，写不进去。没有写入任何内容，请检查文件和所在文件夹的权限。"""

    code = "store_read_only"


class StoreNewer(YekuoError):
    """数据库 {url} 的版本 {revision} 本程序不认识，多半由更新的程序建立。请改用那个版本的程序。"""

    code = "store_newer"


class OrganisationRefused(YekuoError):
    """组织机构文件 {file} 的 {place}：{found}；应为：{expected}。例：{example}"""

    code = "organisation_refused"


class PersonUnknown(YekuoError):
    """没有工号为 {code} 的人员。请在人员名单中核对工号；新到的人员请先写入组织机构文件并导入。"""

    code = "person_unknown"


class AbsenceInvalid(YekuoError):
    """{name}（{code}）的离岗未登记：{problem}。请写明起止时间、事由，代岗人应为另一个人。"""

    code = "absence_invalid"


class NotAway(YekuoError):
    """{name}（{code}）在 {at} 没有离岗，之后也没有登记离岗。请核对工号和时间。"""

    code = "not_away"
