CREATE TABLE `__new_decisions` (
	`ordinal` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`writer` text NOT NULL,
	`seq` integer NOT NULL,
	`chain_seq` integer NOT NULL,
	`prev` text NOT NULL,
	`account` text NOT NULL,
	`key_id` text NOT NULL,
	`symbol` text NOT NULL,
	`action` text NOT NULL,
	`decided_at_ms` integer NOT NULL,
	`record_hash` text NOT NULL,
	`record` text NOT NULL,
	`receipt` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_decisions`("ordinal", "id", "writer", "seq", "chain_seq", "prev", "account", "key_id", "symbol", "action", "decided_at_ms", "record_hash", "record", "receipt") SELECT rowid, "id", "writer", "seq", 0, '', "account", "key_id", "symbol", "action", "decided_at_ms", "record_hash", "record", "receipt" FROM `decisions`;--> statement-breakpoint
DROP TABLE `decisions`;--> statement-breakpoint
ALTER TABLE `__new_decisions` RENAME TO `decisions`;--> statement-breakpoint
CREATE UNIQUE INDEX `decisions_id_unique` ON `decisions` (`id`);--> statement-breakpoint
CREATE INDEX `decisions_account_time` ON `decisions` (`account`,`decided_at_ms`);--> statement-breakpoint
ALTER TABLE `audit_entries` ADD `chain_seq` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `audit_entries` ADD `prev` text DEFAULT '' NOT NULL;