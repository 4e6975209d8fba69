"""驾驶舱: indicators, reports and open data; and the policy desk (政策模拟), where a rule is tried before it binds."""
