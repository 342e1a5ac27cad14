CREATE TABLE `audit_entries` (
	`ordinal` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`writer` text NOT NULL,
	`seq` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`key_id` text,
	`account` text,
	`verb` text NOT NULL,
	`target` text NOT NULL,
	`record_hash` text NOT NULL,
	`record` text NOT NULL,
	`receipt` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_entries_id_unique` ON `audit_entries` (`id`);