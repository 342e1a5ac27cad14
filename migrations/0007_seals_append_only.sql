-- As in 0002.
CREATE TRIGGER `seals_no_update` BEFORE UPDATE ON `seals`
BEGIN
  SELECT RAISE(ABORT, 'seals is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `seals_no_delete` BEFORE DELETE ON `seals`
BEGIN
  SELECT RAISE(ABORT, 'seals is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `seals_no_replace` BEFORE INSERT ON `seals`
WHEN EXISTS (SELECT 1 FROM `seals` WHERE `seq` = NEW.`seq`)
BEGIN
  SELECT CASE WHEN EXISTS (
    SELECT 1 FROM `seals`
    WHERE `seq` IS NEW.`seq`
      AND `at_ms` IS NEW.`at_ms`
      AND `statement` IS NEW.`statement`
      AND `signature` IS NEW.`signature`
      AND `public_key_id` IS NEW.`public_key_id`
      AND `leaves` IS NEW.`leaves`
  ) THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'seals is append-only') END;
END;
--> statement-breakpoint
CREATE TRIGGER `seals_key_from_1` AFTER INSERT ON `seals`
WHEN NEW.`seq` < 1
BEGIN
  SELECT RAISE(ABORT, 'seals takes keys from 1');
END;
