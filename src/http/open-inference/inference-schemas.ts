import { z } from '@hono/zod-openapi';

/** Open Inference Protocol v2, REST (kserve/open-inference-protocol, specification/protocol/open_inference_rest.yaml). */
const parametersSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export const inferenceRequestSchema = z
  .object({
    id: z.string().max(128).optional().openapi({ description: 'Comes back as it is.' }),
    parameters: parametersSchema.optional(),
    inputs: z
      .array(
        z.object({
          name: z.string().max(64).openapi({ description: "The model's, by its metadata." }),
          shape: z
            .array(z.number().int().min(0))
            .max(8)
            .openapi({ description: '1 to 256 rows, by features.' }),
          datatype: z.string().max(16).openapi({ description: '`FP32`.' }),
          parameters: parametersSchema.optional(),
          data: z
            .array(z.unknown())
            .openapi({ description: 'Row by row, flat or as an array a row; finite numbers.' }),
        }),
      )
      .min(1)
      .max(16),
    outputs: z
      .array(z.object({ name: z.string().max(64), parameters: parametersSchema.optional() }))
      .max(16)
      .optional(),
  })
  .openapi('InferenceRequest', {
    example: {
      id: '42',
      inputs: [{ name: 'features', shape: [1, 2], datatype: 'FP32', data: [0.012, -0.4] }],
    },
  });

export type InferenceRequest = z.infer<typeof inferenceRequestSchema>;

export const inferenceResponseSchema = z
  .object({
    model_name: z.string(),
    model_version: z.string(),
    id: z.string().optional(),
    parameters: parametersSchema.openapi({
      description:
        '`engine`: what ran the model. `rows_out_of_domain`: how many rows lie outside the range it was trained on; a decision on them would be HOLD `OUT_OF_DOMAIN`.',
    }),
    outputs: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.number().int()),
        datatype: z.literal('FP32'),
        data: z
          .array(z.number())
          .openapi({ description: "A score for each of the model's heads, row by row." }),
      }),
    ),
  })
  .openapi('InferenceResponse');

export type InferenceResponse = z.infer<typeof inferenceResponseSchema>;

const tensorMetadataSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number().int()).openapi({ description: '−1: any number.' }),
});

export const modelMetadataSchema = z
  .object({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(tensorMetadataSchema),
    outputs: z.array(tensorMetadataSchema),
  })
  .openapi('ModelMetadata');

export const serverMetadataSchema = z.object({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});

export const serverHealthSchema = z.object({ live: z.boolean(), ready: z.boolean().optional() });
export const modelReadySchema = z.object({ name: z.string(), ready: z.boolean() });

export const inferenceErrorSchema = z
  .object({ error: z.string().openapi({ description: 'A code of the closed list, and what is wrong.' }) })
  .openapi('InferenceError');
