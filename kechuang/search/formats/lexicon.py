"""Words that say little: what names end in, what questions are wrapped in. They are language, not data of the province."""

# Cut off the end of a name to find what it is: 质谱联用仪 is about 质谱, 扫描电子显微镜系统 is a 扫描电子显微镜.
ENDINGS = tuple(
    sorted(
        (
            "系统 设备 装置 仪器 成套设备 工作站 仪 机 计 器 镜 测试系统 分析系统 检测系统 测量系统 实验系统 试验系统"
            " 分析仪 测定仪 测试仪 检测仪 测量仪 试验机 试验箱 测试机 联用仪 光谱仪 波谱仪 能谱仪 质谱仪 色谱仪 谱仪"
            " 分光光度计 光度计 显微镜 成像仪 成像系统 测量机 测试装置 试验装置"
        ).split(),
        key=lambda word: (-len(word), word),
    )
)
# What stands after a name without belonging to it: 1号, 2台, 升级, 二期 …
TRAILERS = frozenset("号 台 套 只 型 期 式 代 版 室 新 旧 的".split())
NUMERALS = frozenset("一二三四五六七八九十甲乙丙丁")
# An instrument named so is one that serves another: 扫描电镜样品台 is no microscope.
BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">", "【": "】", "〔": "〕", "《": "》"}

# What a question is wrapped in: longest first; taken away from both ends and from between known words.
QUESTION = tuple(
    sorted(
        (
            "怎么 怎样 如何 哪里 哪儿 哪些 哪个 什么 多少 多大 多厚 请问 我想 我要 想要 需要 可以 能够 能不能 有没有 能否"
            " 看看 看一下 看 测一下 测一测 测出 测得 测 查一下 查 做一下 做个 做 找 用 要 想 的 了 吗 呢 在 里 中 和 与 及 或 把 有 是"
            " 仪器 设备 机器 装置 系统 平台 服务 检测 检验 测试 测定 测量 分析 试验 实验 表征 鉴定 化验 预约 共享 租用 出租 附近 样品 材料"
        ).split(),
        key=lambda word: (-len(word), word),
    )
)
# What adds nothing to a known name beside it: 超高效液相 + 色谱, 透射电镜 + 技术.
GENERAL = frozenset(
    "色谱 光谱 质谱 能谱 波谱 谱 仪 机 计 器 箱 炉 镜 法 术 技术 方法 实验室 中心 系统 设备 装置 仪器 显微 成像 联用 分析仪"
    " 测试仪 测定仪 检测仪 测量仪 光谱仪 色谱仪 质谱仪 显微镜 试验机 测试机 试验箱 数据 图 图谱 谱图 曲线 值 率 度 性 性能 含量 浓度 参数"
    " 研究 观察 结构 情况 问题 费用 价格 收费 多少钱 附件 功能 仪表 小时 机时".split()
)
GENERAL_ENGLISH = frozenset(
    "of and the for a an in on to by with system instrument machine test testing equipment".split()
)
# Written in two ways, or said otherwise on another coast: brought to one form before anything is compared.
ONE_FORM = (
    ("扫描式", "扫描"),
    ("穿透式", "透射"),
    ("雷射", "激光"),
    ("奈米", "纳米"),
    ("黏", "粘"),
    ("萤光", "荧光"),
    ("傅立叶", "傅里叶"),
    ("付里叶", "傅里叶"),
    ("X光", "x射线"),
    ("x光", "x射线"),
    ("爱克斯射线", "x射线"),
    ("μ", "u"),
)
# Characters that many read in another way than the dictionary of pinyin does.
OTHER_READINGS = {"粘": "nian", "血": "xie", "给": "ji", "色": "shai", "厦": "xia", "称": "cheng", "重": "chong"}
