CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`secret_sha256` text NOT NULL,
	`account` text NOT NULL,
	`scopes` text NOT NULL,
	`rate_per_second` integer NOT NULL,
	`burst` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	`revoked_at_ms` integer
);
--> statement-breakpoint
CREATE TABLE `control_epochs` (
	`epoch` integer PRIMARY KEY NOT NULL,
	`trading_state` text NOT NULL,
	`registry_epoch` integer NOT NULL,
	`changed_at_ms` integer NOT NULL,
	`changed_by` text NOT NULL,
	`reason` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `decisions` (
	`id` text PRIMARY KEY NOT NULL,
	`writer` text NOT NULL,
	`seq` integer NOT NULL,
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
CREATE INDEX `decisions_account_time` ON `decisions` (`account`,`decided_at_ms`);