from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_posting_sql")]
    operations = [
        # Backwards the wider list may stay: no rule of the older table names the new kinds.
        migrations.RunSQL((SQL / "subsidy_kinds.sql").read_text(), migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='account',
            name='kind',
            field=models.CharField(choices=[('appropriation', '财政拨款'), ('budget', '预算'), ('voucher', '创新券'), ('unclaimed', '已抵扣待申兑'), ('in_claim', '申兑中'), ('owed', '应付'), ('paid', '已付'), ('clawed_back', '已追回'), ('subsidy_pot', '补助资金'), ('subsidy_owed', '应付补助'), ('subsidy_paid', '已付补助')], max_length=16),
        ),
        migrations.AlterField(
            model_name='transfer',
            name='rule',
            field=models.CharField(choices=[('release', '下达预算'), ('cut', '核减预算'), ('close_return', '年终收回结余'), ('move', '县际调剂'), ('allot', '上级分配'), ('carry_over', '结转下年'), ('grant', '核发创新券'), ('expire', '到期收回'), ('withdraw', '放弃收回'), ('revoke', '撤销收回'), ('offset', '抵扣'), ('restore', '恢复券额'), ('no_claim', '逾期未申兑收回'), ('submit', '提交申兑'), ('back', '退出申兑'), ('refuse_out', '不予兑付退回券额'), ('provider_bears', '不予兑付由机构承担收回'), ('enterprise_owes', '不予兑付由企业补付收回'), ('approve', '核定应付'), ('unapprove', '撤回核定'), ('pay', '银行确认支付'), ('bounce', '银行退汇'), ('claw_back', '追回'), ('lapse_owed', '预算年度关闭收回应付'), ('next_year_pays', '由下年预算承担应付'), ('open_release', '期初预算'), ('open_grant', '期初券额'), ('open_offset', '期初待申兑'), ('subsidy_fund', '安排补助资金'), ('subsidy_unfund', '收回补助资金'), ('subsidy_owe', '核定应付补助'), ('subsidy_pay', '银行确认支付补助'), ('subsidy_bounce', '补助退汇')], max_length=24),
        ),
    ]
