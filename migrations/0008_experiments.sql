CREATE TABLE `experiments` (
	`name` text NOT NULL,
	`epoch` integer NOT NULL,
	`trial_epoch` integer NOT NULL,
	`state` text NOT NULL,
	`terms` text NOT NULL,
	`changed_at_ms` integer NOT NULL,
	`changed_by` text NOT NULL,
	`reason` text NOT NULL,
	PRIMARY KEY(`name`, `epoch`)
);
--> statement-breakpoint
CREATE TABLE `trials` (
	`experiment` text NOT NULL,
	`trial_epoch` integer NOT NULL,
	`symbol` text NOT NULL,
	`bar_ms` integer NOT NULL,
	`decision_id` text NOT NULL,
	`decided_at_ms` integer NOT NULL,
	`production_action` text NOT NULL,
	`production_size` real NOT NULL,
	`production_code` text,
	`production_version` text NOT NULL,
	`candidate_action` text NOT NULL,
	`candidate_size` real NOT NULL,
	`candidate_code` text,
	PRIMARY KEY(`experiment`, `trial_epoch`, `symbol`, `bar_ms`)
);
