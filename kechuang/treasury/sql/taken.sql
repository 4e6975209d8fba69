-- A payable is `taken` while a live part of a payment carries it. Kept here, where no writer can forget it.
CREATE FUNCTION treasury_takes_payable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE treasury_payable SET taken = NEW.live WHERE id = NEW.payable_id AND taken <> NEW.live;
  RETURN NULL;
END $$;

-- A part is live from its beginning or never; then it may end once (one_live_payment_of_a_payable).
CREATE TRIGGER part_takes_payable AFTER INSERT ON treasury_paymentpart
  FOR EACH ROW WHEN (NEW.live) EXECUTE FUNCTION treasury_takes_payable();
CREATE TRIGGER part_frees_payable AFTER UPDATE OF live ON treasury_paymentpart
  FOR EACH ROW WHEN (OLD.live IS DISTINCT FROM NEW.live) EXECUTE FUNCTION treasury_takes_payable();

UPDATE treasury_payable SET taken = true
  WHERE id IN (SELECT payable_id FROM treasury_paymentpart WHERE live);
