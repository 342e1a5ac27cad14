-- Rows of these tables stay as they were written. UPDATE and DELETE are refused outright. An INSERT of a row that is there
-- already, byte for byte, is a retry and changes nothing; one that collides with other bytes is refused before any
-- conflict clause is heard, since INSERT OR REPLACE deletes a row without asking the DELETE trigger. A key of the row
-- itself below 1 is refused, for in a BEFORE trigger -1 stands for one that SQLite has yet to choose.
-- Triggers guard against accidents and against tokens without DDL.
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
WHEN EXISTS (SELECT 1 FROM `decisions` WHERE `id` = NEW.`id` OR `rowid` = NEW.`rowid`)
BEGIN
  SELECT CASE WHEN EXISTS (
    SELECT 1 FROM `decisions`
    WHERE `id` IS NEW.`id`
      AND `writer` IS NEW.`writer`
      AND `seq` IS NEW.`seq`
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
WHEN NEW.`rowid` < 1
BEGIN
  SELECT RAISE(ABORT, 'decisions takes keys from 1');
END;
--> statement-breakpoint
CREATE TRIGGER `control_epochs_no_update` BEFORE UPDATE ON `control_epochs`
BEGIN
  SELECT RAISE(ABORT, 'control_epochs is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `control_epochs_no_delete` BEFORE DELETE ON `control_epochs`
BEGIN
  SELECT RAISE(ABORT, 'control_epochs is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `control_epochs_no_replace` BEFORE INSERT ON `control_epochs`
WHEN EXISTS (SELECT 1 FROM `control_epochs` WHERE `epoch` = NEW.`epoch`)
BEGIN
  SELECT CASE WHEN EXISTS (
    SELECT 1 FROM `control_epochs`
    WHERE `epoch` IS NEW.`epoch`
      AND `trading_state` IS NEW.`trading_state`
      AND `registry_epoch` IS NEW.`registry_epoch`
      AND `changed_at_ms` IS NEW.`changed_at_ms`
      AND `changed_by` IS NEW.`changed_by`
      AND `reason` IS NEW.`reason`
  ) THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'control_epochs is append-only') END;
END;
--> statement-breakpoint
CREATE TRIGGER `control_epochs_key_from_1` AFTER INSERT ON `control_epochs`
WHEN NEW.`epoch` < 1
BEGIN
  SELECT RAISE(ABORT, 'control_epochs takes keys from 1');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_entries_no_update` BEFORE UPDATE ON `audit_entries`
BEGIN
  SELECT RAISE(ABORT, 'audit_entries is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_entries_no_delete` BEFORE DELETE ON `audit_entries`
BEGIN
  SELECT RAISE(ABORT, 'audit_entries is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_entries_no_replace` BEFORE INSERT ON `audit_entries`
WHEN EXISTS (SELECT 1 FROM `audit_entries` WHERE `id` = NEW.`id` OR `ordinal` = NEW.`ordinal`)
BEGIN
  SELECT CASE WHEN EXISTS (
    SELECT 1 FROM `audit_entries`
    WHERE `id` IS NEW.`id`
      AND `writer` IS NEW.`writer`
      AND `seq` IS NEW.`seq`
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
--> statement-breakpoint
CREATE TRIGGER `audit_entries_key_from_1` AFTER INSERT ON `audit_entries`
WHEN NEW.`ordinal` < 1
BEGIN
  SELECT RAISE(ABORT, 'audit_entries takes keys from 1');
END;
