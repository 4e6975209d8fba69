"""Fixed words and sizes of the pilot. Illustrative: nothing here is a rule of a regulation."""

HOLDERS, MAKERS, FIRMS, ORDERS = 300, 40, 44, 1_640
YEAR_DAYS = 324  # over which orders are spread
NEXT_BUDGET_DAY, MONTH = 310, 30
BOOKINGS, CONTESTED, SAMPLES, TRAININGS = 170, 12, 22, 6  # stories of a whole year
LATE_SHARE = 8  # one in so many stories of a booking once more in the last days
FIRST_CALENDARS_DAY, BREAKDOWN_DAYS, MAINTENANCE_DAY = 60, (170, 285), 290
OTHER_SOURCE, FIRST_BOOKED_ORDER = 1_000_003, 90_000  # technical: apart from the seeds and numbers of the other stories
FIRST_MISDEED = 80_000  # technical: the numbers of planted deals, apart from all others
RELEASES_FROM, RELEASE_OPENS, RELEASE_CLOSES = 90, 3, 10  # days: of a play that has releases; after a plan was drafted
CITY_OFFICE = "330699"  # a budget unit beside the counties, outside GB/T 2260
SUBSIDY_DAY, CLOSING_DAY = 62, 369  # days into the play: the year before is settled; the played year is
OUTSIDE_FEN = (81_200_000, 50_000_000, 49_999_999)  # redeemed in the year before, of the first three providers
SUBSIDY_POT_YUAN = 400_000
CARD, REPORTS_SHOWN, REPORTS_OVER, QUALITY_POINTS = "shaoxing/evaluation-2021", 4, 20, 900  # the city's evaluation
RELEASE_YUAN = 500_000
SUPERVISED_FROM = 300  # days: of a play long enough to be supervised
INSPECTORS_EACH = 3  # of a county that checks
CHECKS_WAIT = 5  # days from the frozen register of a check to its draw
FINDINGS_LOOKED_INTO = 8  # of a county, the oldest
HELD_WITHIN = 6  # days in which a payout is found that a case holds
NEWCOMERS = {"330602": 7, "330603": 5}  # enterprises without a voucher, that come for the releases
RELEASE_SEED = "03 08 11 19 27 33 + 07"  # illustrative: stands for a public result
SAMPLE_NAMES = ("面料小样", "镀层试片", "水样", "轴承钢试样", "药物中间体")
COURIERS = ("顺丰（示例）", "中通（示例）", "邮政（示例）")
SENDING = ("kechuang.outbox.jobs",)  # its jobs answer how many messages went out
GARBAGE_THRESHOLD = 50_000  # technical: new objects before Python looks for garbage
LAST_DAYS = 6  # before the play stops: what is then left open waits for visitors
DEMO_PASSWORD = "Kechuang-2025"
COUNTIES = {
    "330602": ("越城区", "yuecheng", 30),
    "330603": ("柯桥区", "keqiao", 22),
    "330604": ("上虞区", "shangyu", 16),
    "330681": ("诸暨市", "zhuji", 14),
    "330683": ("嵊州市", "shengzhou", 10),
    "330624": ("新昌县", "xinchang", 8),
}  # name, sign-in prefix, share of orders in per cent
FIRST_COUNTY, LAST_COUNTY, SLEEPING_COUNTY = "330602", "330624", "330603"
CITY, PROVINCE = "330600", "330000"
BUDGET_YUAN = {
    "330602": 9_000_000,
    "330603": 6_500_000,
    "330604": 5_000_000,
    "330681": 4_500_000,
    "330683": 3_000_000,
    "330624": 2_500_000,
}
PAYDAYS = (3, 1, 2)  # of the week, county by county
DEPARTMENTS = ("海关", "教育", "市场监管", "卫生健康")

# Real public institutions (names are facts; their credit codes here are invented and say so in the address).
INSTITUTIONS = (
    ("绍兴文理学院", "330602", "university", ("纺织服装学院", "化学化工学院", "土木工程学院", "生命与环境科学学院")),
    ("浙江工业职业技术学院", "330602", "university", ()),
    ("浙江大学", "330106", "university", ()),
    ("浙江理工大学", "330114", "university", ()),
    ("浙江工业大学", "330105", "university", ()),
    ("中国计量大学", "330114", "university", ()),
    ("宁波大学", "330211", "university", ()),
    ("中国科学院宁波材料技术与工程研究所", "330211", "research_institute", ()),
    ("自然资源部第二海洋研究所", "330106", "research_institute", ()),
    ("中国水稻研究所", "330111", "research_institute", ()),
    ("中国农业科学院茶叶研究所", "330106", "research_institute", ()),
    ("中国林业科学研究院亚热带林业研究所", "330111", "research_institute", ()),
    ("上海交通大学", "310000", "university", ()),
    ("东华大学", "310000", "university", ()),
    ("东南大学", "320100", "university", ()),
    ("中国科学院苏州纳米技术与纳米仿生研究所", "320500", "research_institute", ()),
    ("中国科学技术大学", "340100", "university", ()),
    ("合肥工业大学", "340100", "university", ()),
)
FIXED_CODES = {"绍兴文理学院": "12330000471003523Q"}  # the code under which the pack's rollout names it

TRADES = (
    "纺织",
    "印染",
    "轴承",
    "电机",
    "医药",
    "环保",
    "新材料",
    "光电",
    "阀门",
    "食品",
    "袜业",
    "机械",
    "珍珠",
    "茶业",
    "集成电路",
)
PLACES = (
    "鉴湖",
    "镜湖",
    "稽山",
    "会稽",
    "若耶",
    "兰渚",
    "曹娥",
    "剡溪",
    "浣纱",
    "天姥",
    "沃洲",
    "暨阳",
    "舜江",
    "瓜渚",
    "安昌",
    "皋埠",
)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红建国文辉力晨宇浩然子涵欣怡思远嘉琪雨泽梓萱志远海燕春梅秋菊晓东立新"
# service class, name, unit of the base price, yuan per unit, usual quantity
SERVICES = (
    ("testing", "纺织品成分与色牢度检测", "sample", 380, 12),
    ("testing", "镀层厚度与成分分析", "sample", 460, 10),
    ("testing", "水质重金属检测", "sample", 320, 14),
    ("testing", "材料力学性能测试", "sample", 280, 18),
    ("testing", "药物残留液质联用分析", "sample", 900, 8),
    ("instrument", "扫描电子显微镜（SEM）", "hour", 600, 9),
    ("instrument", "X 射线衍射仪（XRD）", "hour", 450, 10),
    ("instrument", "核磁共振波谱仪（NMR）", "hour", 800, 7),
    ("instrument", "透射电子显微镜（TEM）", "hour", 1_200, 6),
    ("instrument", "三坐标测量机", "hour", 350, 12),
    ("rd_design", "轴承疲劳寿命仿真", "times", 12_000, 1),
    ("rd_design", "印染工艺节水优化设计", "times", 15_000, 1),
    ("entrusted", "新型阻燃面料委托开发", "times", 26_000, 1),
    ("solution", "产线能耗诊断方案", "times", 9_000, 1),
)
CLASS_CODES = {
    "扫描电子显微镜（SEM）": "010102",
    "透射电子显微镜（TEM）": "010101",
    "X 射线衍射仪（XRD）": "010301",
    "核磁共振波谱仪（NMR）": "010601",
    "三坐标测量机": "030199",
}
INVOICED = "*研发和技术服务*检测分析服务"  # what honest invoices are issued for
PURPOSES = ("新产品检测", "工艺改进", "质量分析", "样品表征", "可靠性验证")

# A province for measuring. Words before a class's name; makers with country and the letters of their models; where the
# cities lie, in millionths of a degree.
WORDS_BEFORE = ("", "", "", "高分辨", "台式", "全自动", "双通道", "低温", "原位", "便携式", "高速", "多功能")
MAKERS_OF_INSTRUMENTS = (
    ("日立", "日本", "SU"),
    ("日本电子", "日本", "JSM"),
    ("岛津", "日本", "XRD"),
    ("理学", "日本", "SL"),
    ("堀场", "日本", "HR"),
    ("布鲁克", "德国", "AV"),
    ("蔡司", "德国", "EVO"),
    ("耐驰", "德国", "STA"),
    ("徕卡", "德国", "DM"),
    ("赛默飞世尔", "美国", "iCAP"),
    ("安捷伦", "美国", "G"),
    ("珀金埃尔默", "美国", "PE"),
    ("沃特世", "美国", "Xevo"),
    ("是德科技", "美国", "N"),
    ("英斯特朗", "美国", "IN"),
    ("马尔文帕纳科", "英国", "MS"),
    ("牛津仪器", "英国", "OX"),
    ("海克斯康", "瑞典", "GL"),
    ("聚光科技", "中国", "FPI"),
    ("北京普析", "中国", "TU"),
    ("上海精科", "中国", "JK"),
    ("天瑞仪器", "中国", "EDX"),
)
CITIES_E6 = {
    "3301": (30_270_000, 120_150_000),
    "3302": (29_870_000, 121_550_000),
    "3303": (28_000_000, 120_700_000),
    "3304": (30_750_000, 120_750_000),
    "3305": (30_870_000, 120_100_000),
    "3306": (30_000_000, 120_580_000),
    "3307": (29_100_000, 119_650_000),
    "3308": (28_950_000, 118_870_000),
    "3309": (30_000_000, 122_100_000),
    "3310": (28_660_000, 121_420_000),
    "3311": (28_450_000, 119_920_000),
}

# A year for measuring the screening: service class, class code, name, unit of the base price, yuan per unit, usual quantity
FRAUD_SERVICES = (
    ("testing", "", "纺织品成分与色牢度检测", "sample", 380, 12),
    ("testing", "", "镀层厚度与成分分析", "sample", 460, 10),
    ("testing", "", "水质重金属检测", "sample", 320, 14),
    ("testing", "", "材料力学性能测试", "sample", 280, 18),
    ("testing", "", "药物残留液质联用分析", "sample", 900, 8),
    ("testing", "", "粉体粒度分布测定", "sample", 240, 16),
    ("instrument", "010102", "扫描电子显微镜（SEM）", "hour", 600, 9),
    ("instrument", "010301", "X 射线衍射仪（XRD）", "hour", 450, 10),
    ("instrument", "010601", "核磁共振波谱仪（NMR）", "hour", 800, 7),
    ("instrument", "010101", "透射电子显微镜（TEM）", "hour", 1_200, 6),
    ("instrument", "030199", "三坐标测量机", "hour", 350, 12),
    ("instrument", "010202", "无机质谱仪（ICP-MS）", "hour", 700, 8),
    ("rd_design", "", "轴承疲劳寿命仿真", "times", 12_000, 1),
    ("rd_design", "", "印染工艺节水优化设计", "times", 15_000, 1),
    ("entrusted", "", "新型阻燃面料委托开发", "times", 26_000, 1),
    ("solution", "", "产线能耗诊断方案", "times", 9_000, 1),
)
