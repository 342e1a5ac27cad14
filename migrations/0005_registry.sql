CREATE TABLE `bundle_models` (
	`sha256` text PRIMARY KEY NOT NULL,
	`content` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `bundles` (
	`hash` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`manifest` text NOT NULL,
	`signature` text NOT NULL,
	`model_sha256` text NOT NULL,
	`uploaded_at_ms` integer NOT NULL,
	`uploaded_by` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `model_aliases` (
	`registry_epoch` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`alias` text NOT NULL,
	`bundle_hash` text NOT NULL,
	`changed_at_ms` integer NOT NULL,
	`changed_by` text NOT NULL,
	`reason` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `model_aliases_name` ON `model_aliases` (`name`,`alias`,`registry_epoch`);
--> statement-breakpoint
-- As 0002_append_only.sql says it: rows of the registry stay as they were written, and the same row again is a retry.
CREATE TRIGGER `bundles_no_update` BEFORE UPDATE ON `bundles`
BEGIN
  SELECT RAISE(ABORT, 'bundles is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `bundles_no_delete` BEFORE DELETE ON `bundles`
BEGIN
  SELECT RAISE(ABORT, 'bundles is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `bundles_no_replace` BEFORE INSERT ON `bundles`
WHEN EXISTS (SELECT 1 FROM `bundles` WHERE `hash` = NEW.`hash` OR `rowid` = NEW.`rowid`)
BEGIN
  SELECT CASE WHEN EXISTS (
    SELECT 1 FROM `bundles`
    WHERE `hash` IS NEW.`hash`
      AND `name` IS NEW.`name`
      AND `manifest` IS NEW.`manifest`
      AND `signature` IS NEW.`signature`
      AND `model_sha256` IS NEW.`model_sha256`
      AND `uploaded_at_ms` IS NEW.`uploaded_at_ms`
      AND `uploaded_by` IS NEW.`uploaded_by`
  ) THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'bundles is append-only') END;
END;
--> statement-breakpoint
CREATE TRIGGER `bundles_key_from_1` AFTER INSERT ON `bundles`
WHEN NEW.`rowid` < 1
BEGIN
  SELECT RAISE(ABORT, 'bundles takes keys from 1');
END;
--> statement-breakpoint
CREATE TRIGGER `bundle_models_no_update` BEFORE UPDATE ON `bundle_models`
BEGIN
  SELECT RAISE(ABORT, 'bundle_models is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `bundle_models_no_delete` BEFORE DELETE ON `bundle_models`
BEGIN
  SELECT RAISE(ABORT, 'bundle_models is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `bundle_models_no_replace` BEFORE INSERT ON `bundle_models`
WHEN EXISTS (SELECT 1 FROM `bundle_models` WHERE `sha256` = NEW.`sha256` OR `rowid` = NEW.`rowid`)
BEGIN
  SELECT CASE WHEN EXISTS (
    SELECT 1 FROM `bundle_models`
    WHERE `sha256` IS NEW.`sha256`
      AND `content` IS NEW.`content`
  ) THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'bundle_models is append-only') END;
END;
--> statement-breakpoint
CREATE TRIGGER `bundle_models_key_from_1` AFTER INSERT ON `bundle_models`
WHEN NEW.`rowid` < 1
BEGIN
  SELECT RAISE(ABORT, 'bundle_models takes keys from 1');
END;
--> statement-breakpoint
CREATE TRIGGER `model_aliases_no_update` BEFORE UPDATE ON `model_aliases`
BEGIN
  SELECT RAISE(ABORT, 'model_aliases is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `model_aliases_no_delete` BEFORE DELETE ON `model_aliases`
BEGIN
  SELECT RAISE(ABORT, 'model_aliases is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `model_aliases_no_replace` BEFORE INSERT ON `model_aliases`
WHEN EXISTS (SELECT 1 FROM `model_aliases` WHERE `registry_epoch` = NEW.`registry_epoch`)
BEGIN
  SELECT CASE WHEN EXISTS (
    SELECT 1 FROM `model_aliases`
    WHERE `registry_epoch` IS NEW.`registry_epoch`
      AND `name` IS NEW.`name`
      AND `alias` IS NEW.`alias`
      AND `bundle_hash` IS NEW.`bundle_hash`
      AND `changed_at_ms` IS NEW.`changed_at_ms`
      AND `changed_by` IS NEW.`changed_by`
      AND `reason` IS NEW.`reason`
  ) THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'model_aliases is append-only') END;
END;
--> statement-breakpoint
CREATE TRIGGER `model_aliases_key_from_1` AFTER INSERT ON `model_aliases`
WHEN NEW.`registry_epoch` < 1
BEGIN
  SELECT RAISE(ABORT, 'model_aliases takes keys from 1');
END;
