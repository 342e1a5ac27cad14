ALTER TABLE `api_keys` ADD `previous_secret_sha256` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `previous_until_ms` integer;