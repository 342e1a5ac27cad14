ALTER TABLE `decisions` ADD `items` text;
--> statement-breakpoint
-- As in 0004, over the new column too: a retry of a batch's row is the same bytes, its items included.
DROP TRIGGER `decisions_no_replace`;
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
      AND `items` IS NEW.`items`
  ) THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'decisions is append-only') END;
END;
