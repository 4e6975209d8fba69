"""The words every room speaks: money, refusals, ids, who acts, machines, credit codes, working days. No Django."""
