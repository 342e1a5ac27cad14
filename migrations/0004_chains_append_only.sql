-- As in 0002, with the columns of the chain; the triggers of `decisions` went with the table that it replaced.
CREATE TRIGGER `decisions_no_update` BEFORE UPDATE ON `decisions`
BEGIN
  SELECT RAISE(ABORT, 'decisions is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `decisions_no_delete` BEFORE DELETE ON `decisions`
BEGIN
  SELECT RAISE(ABORT, 'decisions is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `decisions_no_replace` BEFORE INSERT ON `decisions`
WHEN EXISTS (SELECT 1 FROM `decisions` WHERE `id` = NEW.`id` OR `ordinal` = NEW.`ordinal`)
BEGIN
  SELECT CASE WHEN EXISTS (
    SELECT 1 FROM `decisions`
    WHERE `id` IS NEW.`id`
      AND `writer` IS NEW.`writer`
      AND `seq` IS NEW.`seq`
      AND `chain_seq` IS NEW.`chain_seq`
      AND `prev` IS NEW.`prev`
      AND `account` IS NEW.`account`
      AND `key_id` IS NEW.`key_id`
      AND `symbol` IS NEW.`symbol`
      AND `action` IS NEW.`action`
      AND `decided_at_ms` IS NEW.`decided_at_ms`
      AND `record_hash` IS NEW.`record_hash`
      AND `record` IS NEW.`record`
      AND `receipt` IS NEW.`receipt`
  ) THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'decisions is append-only') END;
END;
--> statement-breakpoint
CREATE TRIGGER `decisions_key_from_1` AFTER INSERT ON `decisions`
WHEN NEW.`ordinal` < 1
BEGIN
  SELECT RAISE(ABORT, 'decisions takes keys from 1');
END;
--> statement-breakpoint
DROP TRIGGER `audit_entries_no_replace`;
--> statement-breakpoint
CREATE TRIGGER `audit_entries_no_replace` BEFORE INSERT ON `audit_entries`
WHEN EXISTS (SELECT 1 FROM `audit_entries` WHERE `id` = NEW.`id` OR `ordinal` = NEW.`ordinal`)
BEGIN
  SELECT CASE WHEN EXISTS (
    SELECT 1 FROM `audit_entries`
    WHERE `id` IS NEW.`id`
      AND `writer` IS NEW.`writer`
      AND `seq` IS NEW.`seq`
      AND `chain_seq` IS NEW.`chain_seq`
      AND `prev` IS NEW.`prev`
      AND `at_ms` IS NEW.`at_ms`
      AND `key_id` IS NEW.`key_id`
      AND `account` IS NEW.`account`
      AND `verb` IS NEW.`verb`
      AND `target` IS NEW.`target`
      AND `record_hash` IS NEW.`record_hash`
      AND `record` IS NEW.`record`
      AND `receipt` IS NEW.`receipt`
  ) THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'audit_entries is append-only') END;
END;
