import { z } from 'zod';
import { chatChunk } from './chat-shapes.ts';
import type { ApiRoute } from './route.ts';

/** Of the API, not of the bot: it changes when a program must. */
const VERSION = '1.0.0';

const PHRASES: Readonly<Record<number, string>> = {
  400: 'The request cannot be understood.',
  401: 'No API key, or one that opens nothing.',
  402: 'Not enough tokens.',
  403: 'Not for this API key.',
  404: 'There is no such thing.',
  409: 'Something else is under way; try again.',
  413: 'More than 1 MB.',
  422: 'The Idempotency-Key was used for another request.',
  429: 'A limit is reached; Retry-After says for how many seconds.',
  500: 'Something went wrong on our side.',
  502: 'The model, or the payment service, did not do it.',
  503: 'Not at the moment; Retry-After says for how many seconds.',
};

const plainError = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) });
const openAiError = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
  }),
});

/** @returns the OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1) of these routes */
export function openApiDocument(routes: readonly ApiRoute[], brandName: string, baseUrl: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.1',
    info: { title: `${brandName} API`, version: VERSION },
    servers: [{ url: baseUrl }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'In chat, /apikey makes one.' } },
      schemas: {
        Error: schemaOf(plainError, 'output'),
        OpenAIError: schemaOf(openAiError, 'output'),
        ChatCompletionChunk: schemaOf(chatChunk, 'output'),
      },
    },
  };
}

function operationOf(route: ApiRoute): object {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const inPath = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const inHeader = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Within 24 hours, the same request under the same key gets the same answer and is paid for once.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  };
  const { body } = route;
  return {
    operationId: route.id,
    summary: route.summary,
    ...(route.isOpen ? { security: [] } : {}),
    parameters: [...inPath, ...(route.isIdempotent ? [inHeader] : [])],
    ...(body && {
      requestBody: {
        required: body.isOptional !== true,
        content: { 'application/json': { schema: schemaOf(body.schema, 'input') } },
      },
    }),
    responses: responsesOf(route),
  };
}

function responsesOf(route: ApiRoute): Record<string, object> {
  const { answer } = route;
  const always = [...(route.isOpen ? [] : [401, 503]), ...(route.body ? [413] : []), 500];
  const error = { $ref: `#/components/schemas/${route.path.startsWith('/v1/') ? 'OpenAIError' : 'Error'}` };
  const stream = {
    'text/event-stream': { schema: { type: 'string', description: 'Events of ChatCompletionChunk, then [DONE].' } },
  };
  const statuses = [...new Set([...route.errors, ...always])].sort((a, b) => a - b);
  return {
    200: {
      description: answer.description,
      content: {
        'application/json': { schema: schemaOf(answer.schema, 'output') },
        ...(answer.stream ? stream : {}),
      },
    },
    ...Object.fromEntries(
      statuses.map((status) => [
        status,
        { description: PHRASES[status] ?? 'An error.', content: { 'application/json': { schema: error } } },
      ]),
    ),
  };
}

/** The dialect stands in the document as a whole. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}
