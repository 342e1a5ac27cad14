CREATE TABLE `seals` (
	`seq` integer PRIMARY KEY NOT NULL,
	`at_ms` integer NOT NULL,
	`statement` text NOT NULL,
	`signature` text NOT NULL,
	`public_key_id` text NOT NULL,
	`leaves` text NOT NULL
);
