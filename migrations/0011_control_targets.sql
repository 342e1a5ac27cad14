ALTER TABLE `control_epochs` ADD `target` text DEFAULT 'global' NOT NULL;--> statement-breakpoint
CREATE INDEX `control_epochs_target` ON `control_epochs` (`target`,`epoch`);--> statement-breakpoint
-- As in 0002, and of the new column too.
DROP TRIGGER `control_epochs_no_replace`;
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
      AND `target` IS NEW.`target`
  ) THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'control_epochs is append-only') END;
END;
