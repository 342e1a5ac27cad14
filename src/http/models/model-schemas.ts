import { z } from '@hono/zod-openapi';
import { aliases } from '../../store/registry-rows.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.string().openapi({ format: 'date-time' });
const reason = z
  .string()
  .min(1)
  .max(500)
  .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
  .openapi({ description: 'Why, in the words of whoever does it; kept in the audit entry.' });

/** The request of `POST /v1/models`: the three files of a bundle. */
export const uploadRequestSchema = z
  .strictObject({
    manifest: z.string().min(1).openapi({ description: 'The text of `manifest.json`.' }),
    signature: z.string().min(1).openapi({ description: 'The text of `signature.json`.' }),
    model: z.string().min(1).openapi({ description: 'The bytes of `model.onnx` in base64, 6 MiB at most.' }),
    reason,
  })
  .openapi('BundleUpload');

export const bundleSchema = z
  .strictObject({
    hash: hash.openapi({ description: 'SHA-256 of the canonical manifest: the name of the bundle.' }),
    version: z
      .string()
      .openapi({ description: 'The hash’s first twelve digits, as an answer’s `model.version`.' }),
    name: z.string(),
    purpose: z.enum(['production', 'test']),
    symbols: z.array(z.string()),
    interval: z.string(),
    uploadedAt: time,
    uploadedBy: z.string().openapi({ description: 'Id of the key, which may not promote it.' }),
  })
  .openapi('Bundle');

const aliasSchema = z
  .strictObject({
    name: z.string(),
    alias: z.enum(aliases),
    bundleHash: hash,
    registryEpoch: z.number().int().openapi({ description: 'Of the change; every change raises it by one.' }),
    changedAt: time,
    changedBy: z.string(),
    reason: z.string(),
  })
  .openapi('Alias');

export const modelsSchema = z
  .strictObject({
    registryEpoch: z.number().int().openapi({ description: '0: what the deployment ships is in force.' }),
    aliases: z.array(aliasSchema).openapi({ description: 'Those in force.' }),
    bundles: z.array(bundleSchema).openapi({ description: 'The newest 200 that were uploaded.' }),
  })
  .openapi('Models');

/** The request of `PUT /v1/models/{name}/aliases/{alias}`. */
export const aliasRequestSchema = z
  .strictObject({
    bundleHash: hash.openapi({ description: 'The bundle that is to be in force.' }),
    reason,
  })
  .openapi('AliasRequest');

export const aliasAnswerSchema = z
  .strictObject({
    bundleHash: hash,
    registryEpoch: z
      .number()
      .int()
      .nullable()
      .openapi({ description: 'Which isolates follow within seconds; null where it was in force already.' }),
  })
  .openapi('AliasAnswer');
