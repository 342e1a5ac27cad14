CREATE TABLE `outcomes` (
	`decision_id` text NOT NULL,
	`horizon_bars` integer NOT NULL,
	`account` text NOT NULL,
	`symbol` text NOT NULL,
	`bar_ms` integer,
	`outcome` real NOT NULL,
	`reported_at_ms` integer NOT NULL,
	`reported_by` text NOT NULL,
	PRIMARY KEY(`decision_id`, `horizon_bars`)
);
--> statement-breakpoint
CREATE INDEX `outcomes_bar` ON `outcomes` (`symbol`,`horizon_bars`,`bar_ms`);