"""The statements by which `generate` writes instruments and bookings, set by set.

What varies follows from the seed and the row's number (`pg_temp.dice`), so that the same call always writes the same rows.
Ids begin with U, which no played id does; numbers for people carry their right check symbol.
"""

from kechuang.trail.queries import evidence_of

# `dice`: a number from 0 on, of the row, the seed and a salt. `number`: a public number as the kernel writes them.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION pg_temp.dice(row_number bigint, salt text, sides bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT (hashtextextended(salt || row_number, 0) & x'7fffffffffffffff'::bigint) % sides $$;

CREATE OR REPLACE FUNCTION pg_temp.twenty_bits(value bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT substr(a, ((value >> 15) & 31)::int + 1, 1) || substr(a, ((value >> 10) & 31)::int + 1, 1)
        || substr(a, ((value >> 5) & 31)::int + 1, 1) || substr(a, (value & 31)::int + 1, 1)
    FROM (SELECT '0123456789ABCDEFGHJKMNPQRSTVWXYZ'::text AS a) alphabet
$$;

CREATE OR REPLACE FUNCTION pg_temp.number(prefix text, row_number bigint, salt text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT concat_ws('-', prefix, pg_temp.twenty_bits(a), pg_temp.twenty_bits(b), pg_temp.twenty_bits(c),
        pg_temp.twenty_bits(whole), substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ',
            ((a * ((1::bigint << 60) % 37) + b * ((1::bigint << 40) % 37) + c * ((1::bigint << 20) % 37) + whole) % 37)::int
            + 1, 1))
    FROM (SELECT pg_temp.dice(row_number, salt || 'a', 1 << 20) AS a, pg_temp.dice(row_number, salt || 'b', 1 << 20) AS b,
        pg_temp.dice(row_number, salt || 'c', 1 << 20) AS c,
        5 + pg_temp.dice(row_number, salt || 'd', (1 << 20) - 5) AS d) parts,
    LATERAL (SELECT CASE WHEN (a * ((1::bigint << 60) % 37) + b * ((1::bigint << 40) % 37)
        + c * ((1::bigint << 20) % 37) + d) % 37 < 32 THEN d ELSE d - 5 END AS whole) adjusted
$$;

CREATE OR REPLACE FUNCTION pg_temp.mark(kind text, tag text, row_number bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT 'U' || tag || kind || lpad(row_number::text, 21, '0') $$"""

TABLES = """
CREATE TEMP TABLE pilot_carrier (no int, carrier_id text, party_id text, person_id text, region text, county text,
    city text, latitude_e6 int, longitude_e6 int, name text);
CREATE TEMP TABLE pilot_class (no int, code text, name text, pinyin text);
CREATE TEMP TABLE pilot_word (no int, word text, pinyin text);
CREATE TEMP TABLE pilot_maker (no int, name text, country text, series text);
CREATE TEMP TABLE pilot_holder (no int, party_id text, person_id text);
CREATE TEMP TABLE pilot_day (no int, day date)"""
NAMES = ("pilot_day", "pilot_holder", "pilot_maker", "pilot_word", "pilot_class", "pilot_carrier")

# One row per instrument with everything that its tables want to know. Value: many small ones, few of several million.
INSTRUMENTS = """
CREATE TEMP TABLE pilot_instrument AS
SELECT n, pg_temp.mark('N', %(tag)s, n) AS mark, pg_temp.number('FW', n, %(salt)s) AS number, c.carrier_id, c.party_id,
    c.person_id, c.region, c.county, c.city, c.name AS place, k.code,
    w.word || k.name AS name, w.pinyin || k.pinyin AS pinyin,
    m.name AS maker, m.country, m.series || '-' || (100 + pg_temp.dice(n, %(salt)s || 'model', 89) * 10)
        || (ARRAY['', '', 'A', 'Plus', 'Pro', 'S'])[1 + pg_temp.dice(n, %(salt)s || 'suffix', 6)] AS model,
    (50000 + power(pg_temp.dice(n, %(salt)s || 'value', 200), 3))::bigint AS yuan,
    %(today)s::date - 400 - pg_temp.dice(n, %(salt)s || 'age', 4000)::int AS bought,
    c.latitude_e6 + pg_temp.dice(n, %(salt)s || 'north', 200000)::int - 100000 AS latitude_e6,
    c.longitude_e6 + pg_temp.dice(n, %(salt)s || 'east', 200000)::int - 100000 AS longitude_e6,
    n <= %(busy)s AS busy, pg_temp.dice(n, %(salt)s || 'mode', 100) AS mode, pg_temp.dice(n, %(salt)s || 'share', 100) AS share,
    pg_temp.dice(n, %(salt)s || 'run', 100) AS run, pg_temp.dice(n, %(salt)s || 'hours', 100) AS hours
FROM generate_series(1, %(count)s) n
JOIN pilot_carrier c ON c.no = pg_temp.dice(n, %(salt)s || 'carrier', (SELECT count(*) FROM pilot_carrier))
JOIN pilot_class k ON k.no = pg_temp.dice(n, %(salt)s || 'class', (SELECT count(*) FROM pilot_class))
JOIN pilot_word w ON w.no = pg_temp.dice(n, %(salt)s || 'word', (SELECT count(*) FROM pilot_word))
JOIN pilot_maker m ON m.no = pg_temp.dice(n, %(salt)s || 'maker', (SELECT count(*) FROM pilot_maker));
ALTER TABLE pilot_instrument ADD bookable boolean;
UPDATE pilot_instrument SET bookable = busy OR (mode < 93 AND share < 94);
CREATE INDEX ON pilot_instrument (n);
ANALYZE pilot_instrument"""

OFFERS = """
INSERT INTO catalog_offer (id, number, carrier_id, party_id, region, state, kind, name, pinyin, service_class, content,
    process, inner_number, class_code, sheet, opened_on)
SELECT 'ofr_' || mark, number, carrier_id, party_id, region, 'open', 'instrument', name, pinyin, 'instrument',
    name || '（' || model || '）对外开放，按国家和行业标准提供测试数据与报告。', '预约 → 送样或上机 → 出具报告 → 结算',
    lpad(n::text, 8, '0'), code, '{}', bought + 60
FROM pilot_instrument ORDER BY n"""

DETAILS = """
INSERT INTO catalog_instrument (id, own_number, source_id, gs1_code, english_name, resource_kind, resource, department,
    class_version, source, category, under_customs, original_value_fen, country, maker, model, booked_on, started_on,
    indicators, functions, purpose, application_area, subjects, funds, services, notice, charges, booking_url, picture_name,
    picture, province, city, county, street, latitude_e6, longitude_e6, contact, phone, email, mail_address, postcode,
    declaration_number, declaration_item, declared_name, open_modes, share_mode, run_status)
SELECT 'ofr_' || mark, lpad(n::text, 8, '0'), '', '', '', '', place, '', %(version)s, 'purchase', 'general', false,
    yuan * 100, country, maker, model, bought, bought + 30, '见技术资料（示例）', name || '常规功能', '检测分析', '材料、化工、生物医药',
    '{}', '{own}', '', '请提前一天预约', '', '', '', '', '浙江省', city, county, '', latitude_e6, longitude_e6, '', '', '', '', '',
    '', '', '', CASE WHEN busy OR mode < 70 THEN ARRAY['slot'] WHEN mode < 90 THEN ARRAY['slot', 'sample']
        WHEN mode < 93 THEN ARRAY['slot', 'training'] ELSE ARRAY['sample'] END,
    CASE WHEN busy OR share < 94 THEN 'external' WHEN share < 98 THEN 'internal' ELSE 'none' END,
    CASE WHEN run < 93 THEN 'normal' WHEN run < 97 THEN 'occasional' ELSE 'repair' END
FROM pilot_instrument ORDER BY n"""

PRICES = """
INSERT INTO catalog_price (id, offer_id, kind, item, unit, price_fen, "group", steps, step_mode, conditions, place,
    valid_from, set_by)
SELECT 'prc_' || mark, 'ofr_' || mark, 'base', '机时', 'hour', (60 + yuan / 5000) * 100, 'all', '[]', 'part', '', 0,
    bought + 60, person_id
FROM pilot_instrument ORDER BY n"""

# Opening hours: most from eight to five on workdays, some evenings, some every day; the busy ones from seven to eleven.
CALENDARS = """
INSERT INTO bookings_calendar (id, instrument_id, party_id, region, state, hours, overnight, granularity_minutes,
    min_minutes, max_minutes, gap_minutes, notice_minutes, horizon_days, cancel_minutes, confirmation,
    confirm_within_minutes, day_minutes_max, week_minutes_max, open_bookings_max, qualified_only, internal_only,
    no_show_after_minutes, strikes_max, strike_days, stop_days, late_counts, offer_minutes, sample_address, note)
SELECT 'cal_' || pg_temp.mark('C', %(tag)s, n), 'ofr_' || mark, party_id, region, 'open',
    CASE WHEN busy OR hours < 5 THEN '[[[420,1380]],[[420,1380]],[[420,1380]],[[420,1380]],[[420,1380]],[[420,1380]],[[420,1380]]]'
        WHEN hours < 25 THEN '[[[480,1260]],[[480,1260]],[[480,1260]],[[480,1260]],[[480,1260]],[],[]]'
        ELSE '[[[480,1020]],[[480,1020]],[[480,1020]],[[480,1020]],[[480,1020]],[],[]]' END::jsonb,
    false, 30, 30, 480, 0, 0, 90, 1440, CASE WHEN n %% 5 = 0 AND NOT busy THEN 'provider' ELSE 'automatic' END, 2880,
    0, 0, 0, false, false, 0, 0, 90, 30, false, 720, '', ''
FROM pilot_instrument WHERE bookable ORDER BY n"""

# How many bookings each instrument gets: the busy ones eight an hour long on every day of the past year, the first
# of them first; the others as many as are left, evenly, in slots of two hours on workdays.
SHARES = """
CREATE TEMP TABLE pilot_share AS
WITH full_of AS (
    SELECT n, row_number() OVER (ORDER BY n) - 1 AS place FROM pilot_instrument WHERE busy
), busy AS (
    SELECT n, greatest(least(%(wanted)s / 2 - place * 2920, 2920), 0) AS count FROM full_of
), usual AS (
    SELECT n, row_number() OVER (ORDER BY n) - 1 AS place, count(*) OVER () AS others FROM pilot_instrument
    WHERE bookable AND NOT busy
), rest AS (SELECT %(wanted)s - coalesce(sum(count), 0)::bigint AS count FROM busy)
SELECT n, count::bigint AS count, true AS busy FROM busy
UNION ALL
SELECT u.n, rest.count / u.others + CASE WHEN u.place < rest.count %% u.others THEN 1 ELSE 0 END, false FROM usual u, rest;
ALTER TABLE pilot_share ADD before bigint;
UPDATE pilot_share s SET before = b.before
FROM (SELECT n, sum(count) OVER (ORDER BY n) - count AS before FROM pilot_share) b WHERE b.n = s.n;
ANALYZE pilot_share"""

# The bookings of some instruments. Of one instrument each has a stretch of the year to itself, so that none overlap.
BOOKINGS = """
CREATE TEMP TABLE pilot_booking AS
WITH wide AS (SELECT count(*) * 4 AS places FROM pilot_day), placed AS (
    SELECT s.n, s.busy, s.before + j AS no, j,
        j * wide.places / s.count + pg_temp.dice(s.before + j, %(salt)s || 'when',
            greatest((j + 1) * wide.places / s.count - j * wide.places / s.count, 1)) AS place
    FROM pilot_share s, wide, generate_series(0, s.count - 1) j WHERE s.n BETWEEN %(first)s AND %(last)s AND s.count > 0
), timed AS (
    SELECT p.n, p.no, CASE WHEN p.busy THEN %(today)s::date - (j / 8)::int - 1 ELSE d.day END
            + CASE WHEN p.busy THEN make_interval(hours => 9 + (j %% 8)::int)
              ELSE make_interval(hours => (ARRAY[8, 10, 13, 15])[1 + place %% 4]) END AS begins,
        make_interval(hours => CASE WHEN p.busy THEN 1 ELSE 2 END) AS lasts
    FROM placed p LEFT JOIN pilot_day d ON d.no = place / 4
), told AS (
    SELECT t.no, i.*, begins AT TIME ZONE 'Asia/Shanghai' AS from_at,
        (begins + lasts) AT TIME ZONE 'Asia/Shanghai' AS until_at, pg_temp.dice(t.no, %(salt)s || 'fate', 1000) AS fate
    FROM timed t JOIN pilot_instrument i ON i.n = t.n
)
SELECT told.*, h.party_id AS holder_id, h.person_id AS comes, pg_temp.mark('B', %(tag)s, told.no) AS booking,
    CASE WHEN until_at <= %(now)s THEN CASE WHEN fate < 50 THEN 'cancelled' WHEN fate < 70 THEN 'no_show'
            WHEN fate < 80 THEN 'refused' WHEN fate < 85 THEN 'lapsed' ELSE 'done' END
        WHEN from_at > %(now)s THEN CASE WHEN fate < 60 THEN 'cancelled'
            WHEN told.n %% 5 = 0 AND NOT busy AND fate < 500 THEN 'requested' ELSE 'confirmed' END
        ELSE 'in_use' END AS state
FROM told JOIN pilot_holder h ON h.no = pg_temp.dice(told.no, %(salt)s || 'holder', (SELECT count(*) FROM pilot_holder));
ANALYZE pilot_booking"""

KEPT_BOOKINGS = """
INSERT INTO bookings_booking (id, number, state, version, region, holder_id, person_id, provider_id, instrument_id,
    instruments, mode, from_at, until_at, purpose, "group", fund_number, order_id, confirm_by_at, confirmed_by, started_at,
    ended_at, late, excused, free_to_cancel, offers, reason, override_by, override_reason, made_by, made_at)
SELECT 'bkg_' || booking, pg_temp.number('KY', no, %(salt)s), state, 0, region, holder_id, comes, party_id,
    'ofr_' || mark, jsonb_build_array('ofr_' || mark), 'slot', from_at, until_at,
    (ARRAY['新产品检测', '工艺改进', '质量分析', '样品表征', '可靠性验证'])[1 + fate %% 5], '', '', '',
    CASE WHEN state IN ('requested', 'lapsed') THEN from_at - interval '1 hour' END,
    CASE WHEN state IN ('requested', 'lapsed', 'refused') THEN '' ELSE person_id END,
    CASE WHEN state IN ('in_use', 'done') THEN from_at END, CASE WHEN state = 'done' THEN until_at END,
    false, false, false, '[]', CASE state WHEN 'cancelled' THEN '样品准备推迟' WHEN 'refused' THEN '与已有安排冲突' ELSE '' END,
    '', '', comes, least(from_at - interval '3 days', %(now)s)
FROM pilot_booking ORDER BY no"""

SLOTS = """
INSERT INTO bookings_slot (id, instrument_id, kind, booking_id, from_at, until_at, active)
SELECT 'slt_' || booking, 'ofr_' || mark, 'booking', 'bkg_' || booking, from_at, until_at,
    state IN ('requested', 'confirmed', 'in_use', 'done')
FROM pilot_booking ORDER BY mark, from_at"""

# The last act of each record: what led to its state, by whom, with the digests of the trail.
OFFER_ACTS = """SELECT t.*, i.person_id AS did, i.party_id AS side, 'provider' AS role, 'catalog.open' AS action,
    '上架服务' AS label, 'draft' AS source, (t.opened_on + time '09:00') AT TIME ZONE 'Asia/Shanghai' AS at
FROM pilot_instrument i JOIN catalog_offer t ON t.id = 'ofr_' || i.mark"""

CALENDAR_ACTS = """SELECT t.*, i.person_id AS did, i.party_id AS side, 'provider' AS role, 'bookings.open_calendar' AS action,
    '设置预约规则' AS label, '' AS source, (i.bought + 61 + time '09:00') AT TIME ZONE 'Asia/Shanghai' AS at
FROM pilot_instrument i JOIN bookings_calendar t ON t.instrument_id = 'ofr_' || i.mark"""

BOOKING_ACTS = """SELECT t.*, a.action, a.label, a.source, a.role,
    CASE a.role WHEN 'holder' THEN i.comes WHEN 'provider' THEN i.person_id ELSE 'clock' END AS did,
    CASE a.role WHEN 'holder' THEN i.holder_id WHEN 'provider' THEN i.party_id ELSE '' END AS side,
    CASE WHEN i.state = 'done' THEN i.until_at WHEN i.state IN ('no_show', 'in_use') THEN i.from_at ELSE t.made_at END AS at
FROM pilot_booking i JOIN bookings_booking t ON t.id = 'bkg_' || i.booking
JOIN (VALUES ('done', 'bookings.complete', '到时结束', 'confirmed', 'clock'),
    ('cancelled', 'bookings.cancel', '取消预约', 'confirmed', 'holder'),
    ('no_show', 'bookings.no_show', '登记爽约', 'confirmed', 'provider'),
    ('refused', 'bookings.refuse', '不予预约', 'requested', 'provider'),
    ('lapsed', 'bookings.lapse', '逾期失效', 'requested', 'clock'),
    ('confirmed', 'bookings.book', '预约', '', 'holder'),
    ('requested', 'bookings.book', '预约', '', 'holder'),
    ('in_use', 'bookings.start', '开始使用', 'confirmed', 'provider')) AS a (state, action, label, source, role)
    ON a.state = i.state"""


def acts(table: str, object_type: str, rows: str, *, number: str) -> str:
    """The INSERT of one act per row. `rows` selects the table's columns, then did, side, role, action, label, source, at."""
    pairs = (
        ("action", "r.action"),
        ("article", "''"),
        ("at", "to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"+00:00\"')"),
        ("facts", ""),
        ("id", "'evt_' || substr(r.id, 5)"),
        ("label", "r.label"),
        ("number", number),
        ("object_id", "r.id"),
        ("object_type", f"'{object_type}'"),
        ("on", "((r.at AT TIME ZONE 'Asia/Shanghai')::date)::text"),
        ("party_id", "r.side"),
        ("person_id", "r.did"),
        ("region", "r.region"),
        ("role", "r.role"),
        ("source", "r.source"),
        ("stands_in_for", "''"),
        ("target", "r.state"),
    )
    written = " || ',' || ".join(
        f"""'"{name}":' || """ + (f"to_json(({value})::text)::text" if value else "'{}'") for name, value in pairs
    )
    return f"""
        INSERT INTO trail_event (id, at, "on", region, person_id, stands_in_for, party_id, role, action, label, object_type,
            object_id, number, source, target, article, facts, body, digest, seq, after)
        SELECT 'evt_' || substr(r.id, 5), r.at, (r.at AT TIME ZONE 'Asia/Shanghai')::date, r.region, r.did, '', r.side, r.role,
            r.action, r.label, '{object_type}', r.id, {number}, r.source, r.state, '', '{{}}', b.body,
            encode(sha256(b.body), 'hex'), nextval('trail_event_order'), {evidence_of(table, row="w")}
        FROM ({rows}) r JOIN {table} w ON w.id = r.id
        CROSS JOIN LATERAL (SELECT convert_to('{{' || {written} || '}}', 'UTF8') AS body) b"""
