"""Why the desk did not do it. The docstring is the message."""

from limits.errors import YekuoError


class LoginInvalid(YekuoError):
    """登录名“{login}”不能用。应为 2 到 64 个英文字母、数字或 . _ -，以字母或数字开头，例如工号 nx001。"""

    code = "login_invalid"


class LoginTaken(YekuoError):
    """登录名 {login} 已有账户。请换一个登录名；忘了密码请由系统管理员重设。"""

    code = "login_taken"


class PersonTaken(YekuoError):
    """工号 {code} 的人员已有账户 {login}，一人只能有一个账户。请用原有的账户，或先核对工号。"""

    code = "person_taken"


class AccountUnknown(YekuoError):
    """没有登录名为 {login} 的账户。请在账户列表中核对登录名。"""

    code = "account_unknown"


class AccountUnfit(YekuoError):
    """账户 {login} 没有建立：{problem}。请改正后重试。"""

    code = "account_unfit"


class PasswordUnfit(YekuoError):
    """密码不合要求：{problem}。应至少 10 个字符，最多 256 个，且不能与登录名相同。"""

    code = "password_unfit"


class LoginRefused(YekuoError):
    """没有登录：登录名或密码不对，或者账户已停用、已锁定。连续 5 次不对会锁定 15 分钟；请核对后重试，或请系统管理员重设密码。"""

    code = "login_refused"


class PasswordWrong(YekuoError):
    """原密码不对，或者连续输错已暂时锁定；密码没有修改。请重新输入原密码，或过一刻钟再试；忘了请找系统管理员重设。"""

    code = "password_wrong"


class NotSignedIn(YekuoError):
    """还没有登录，或者登录已经过期。请重新登录；程序请带上有效的令牌。"""

    code = "not_signed_in"


class RightMissing(YekuoError):
    """您的岗位“{role}”没有“{right}”的权限，没有做任何改动。确有需要请找系统管理员调整账户。"""

    code = "right_missing"


class DutyOfAnother(YekuoError):
    """{unit}的“{label}”由{post}完成，您的岗位“{role}”不能登记，没有做任何改动。请由该所的{post}登记。"""

    code = "duty_of_another"


class FormStale(YekuoError):
    """这张表单已经失效（登录已更换，或页面打开太久），没有做任何改动。请返回上一页，刷新后重新提交。"""

    code = "form_stale"


class PageUnknown(YekuoError):
    """没有这个页面，或者它不在您能看到的范围内。请核对网址，或从首页重新进入。"""

    code = "page_unknown"


class MethodUnfit(YekuoError):
    """这个地址不接受 {method} 请求。请从页面上的按钮操作；程序请核对接口文档。"""

    code = "method_unfit"


class RequestInvalid(YekuoError):
    """提交的内容有误：{problems}。请改正后重新提交。"""

    code = "request_invalid"


class RequestTooLarge(YekuoError):
    """提交的内容超过 {limit}，没有接收。请缩小后重试。"""

    code = "request_too_large"


class Unexpected(YekuoError):
    """系统出了意外的错误，编号 {reference}。没有完成这次操作；请稍后重试，仍不行请把编号告诉系统管理员。"""

    code = "unexpected"


class MetricsHidden(YekuoError):
    """运行指标只供本机读取，或凭 metrics_token 设置的令牌读取。请在本机访问，或带上令牌。"""

    code = "metrics_hidden"


class JobsBehind(YekuoError):
    """自动任务没有跟上：{jobs}。请运行 yekuo jobs 查看并处理。"""

    code = "jobs_behind"


class TriesExceeded(YekuoError):
    """一分钟内查询超过 {most} 次，这一次没有查询。请过一分钟再试；忘了查询码请拨打 95598。"""

    code = "tries_exceeded"


class JsonUnreadable(YekuoError):
    """请求的内容不是正确的 JSON，没有做任何改动。请按接口文档核对后重新提交。"""

    code = "json_unreadable"


class MediaTypeUnfit(YekuoError):
    """请求内容的类型（Content-Type）是 {kind}，没有接收。应为 application/json，请改正后重新提交。"""

    code = "media_type_unfit"


class ScopeMissing(YekuoError):
    """这个令牌没有“{right}”（{scope}）的权限，没有做任何改动。请在“我的账户”申请含有这项权限的令牌。"""

    code = "scope_missing"


class SessionNeeded(YekuoError):
    """令牌不能办理“{right}”，只能由人登录后办理。令牌可以在“我的账户”申请、查看和停用，也可由系统管理员用 yekuo token 办理。"""

    code = "session_needed"


class FormReused(YekuoError):
    """这张表单已经提交过，内容与这次不同，没有再登记。请打开申请页面核对记录，需要再登记请重新打开表单。"""

    code = "form_reused"


class FormAtWork(YekuoError):
    """这张表单已经提交，正在处理或上次处理中断，没有再登记。请打开申请页面核对是否已有这条记录，没有再重新打开表单。"""

    code = "form_at_work"


class FormKeyInvalid(YekuoError):
    """表单的标识缺失或被改动，没有登记。请重新打开表单后再提交。"""

    code = "form_key_invalid"


class KeyReused(YekuoError):
    """Idempotency-Key 已经用于另一个内容不同的请求，这次没有执行。请换一个新的 Idempotency-Key。"""

    code = "key_reused"


class KeyAtWork(YekuoError):
    """同一 Idempotency-Key 的请求正在处理，或上次处理中断，这次没有执行。请稍后查询是否已有这条记录，没有再换一个新的重发。"""

    code = "key_at_work"


class KeyInvalid(YekuoError):
    """Idempotency-Key 缺失或写法不对，没有执行。应为 16 到 64 个英文字母、数字、_ 或 -，例如一个 UUID。"""

    code = "key_invalid"


class OwnAccount(YekuoError):
    """{login} 是您自己的账户，没有改动：停用、改岗位、重设密码和结束登录要由另一位系统管理员来做。改自己的密码请到“我的账户”。"""

    code = "own_account"


class LastAdministrator(YekuoError):
    """{login} 是最后一位在用的系统管理员，没有停用，也没有改岗位。请先另建或启用一位系统管理员。"""

    code = "last_administrator"
