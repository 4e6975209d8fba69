"""The first text of each commitment: a sample until the bureau publishes its own (示例文本)."""

import hashlib
from datetime import date

from django.db import migrations

FIRST_DAY = date(2015, 1, 1)
HOLDER = """企业（创业者）信用承诺书（示例文本）

本企业（本人）申领和使用科技创新券，郑重承诺：
一、所提交的注册信息、资质信息和申请材料真实、准确、完整，并对其真实性负责；
二、创新券仅用于本企业（本人）科技研发和创新活动所需的检验检测、研究开发等服务，不用于法定检测、强制检测和批量生产检测，不转让、不买卖、不套现；
三、与服务机构（载体）之间不存在隶属、共建、产权纽带等影响公平交易的关联关系，服务真实发生，自付部分按约定支付；
四、同一服务事项不重复申请其他财政资金补助；
五、配合科技、财政、审计等部门开展的抽查和监督管理，按要求提供服务合同、发票、支付凭证和服务成果；
六、如违反上述承诺，自愿退回补助资金，接受取消申领资格、列入信用记录等处理，并承担相应法律责任。

谁承诺，谁负责。
"""
PROVIDER = """服务机构（载体）信用承诺书（示例文本）

本机构申请入库并承接科技创新券服务，郑重承诺：
一、所提交的机构信息、资质证书、仪器设备和服务能力信息真实、有效，变更后及时更新；
二、公开服务内容、服务流程和收费标准，对使用创新券和不使用创新券的用户同质同价，不虚高报价；
三、服务真实发生，独立完成服务并出具真实的服务报告和发票，不转包，不与企业（创业者）串通套取财政资金；
四、与所服务企业（创业者）之间不存在隶属、共建、产权纽带等影响公平交易的关联关系；
五、恪守科研诚信，保守用户的商业秘密和技术秘密，妥善保管服务合同、发票、报告等材料以备核查；
六、配合科技、财政、审计等部门开展的抽查和监督管理；如违反上述承诺，自愿退回补助资金，接受撤销入库及服务资格、列入信用记录等处理，并承担相应法律责任。

谁承诺，谁负责。
"""


def load(apps, schema_editor):
    text = apps.get_model("credit", "CommitmentText")
    for kind, body in (("holder", HOLDER), ("provider", PROVIDER)):
        text.objects.using(schema_editor.connection.alias).create(
            id=f"cxt_FIRST{kind.upper()}",
            kind=kind,
            version="SAMPLE-1",
            body=body,
            digest=hashlib.sha256(body.encode()).hexdigest(),
            valid_from=FIRST_DAY,
        )


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
