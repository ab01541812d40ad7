"""Why the settings do not let the program start. None of them ever carries a secret."""

from limits.errors import YekuoError


class SettingInvalid(YekuoError):
    """设置 {name}（{source}）不对：写的是{came}，应为{expected}，例如 {example}。请改正后重试；yekuo config 列出全部设置。"""

    code = "setting_invalid"


class SettingUnknown(YekuoError):
    """没有叫 {name} 的设置（{source}）{hint}，这里只能有：{known}。请改正或删去后重试；yekuo config 列出全部设置。"""

    code = "setting_unknown"


class SettingsFileMissing(YekuoError):
    """YEKUO_SETTINGS 所指的设置文件 {path} 不存在。应为一个 TOML 文件的路径，例如 yekuo.toml；请核对路径，或去掉这个环境变量。"""

    code = "settings_file_missing"


class SettingsFileUnreadable(YekuoError):
    """设置文件 {path} 读不了：{reason}。应为 UTF-8 编码的 TOML 文件，例如其中一行 jurisdiction = "neixiang"；请改正后重试。"""

    code = "settings_file_unreadable"
