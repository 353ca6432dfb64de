import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  KNOWN_DEVIATIONS,
  type OpenApiDocument,
  type Operation,
  type Schema,
  UNLISTED_STATUSES,
} from './dodo-deviations.ts';

const DOCUMENT = fileURLToPath(new URL('../../../shared/dodo-openapi.json', import.meta.url));
const BASE = 'https://dodo.invalid/openapi.json';

interface ExchangeToCheck {
  method: string;
  /** The path as it was asked for: `/customers/cus_1`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  status: number;
  requestBody: unknown;
  responseBody: unknown;
}

interface DodoOpenApi {
  /** What is wrong with a request or its answer; empty when nothing is. */
  validateExchange(exchange: ExchangeToCheck): string[];
  /** What is wrong with a webhook body, already parsed. */
  validateWebhook(body: unknown): string[];
}

export type LoadedDodoOpenApi = { status: 'absent'; message: string } | { status: 'ready'; openApi: DodoOpenApi };

/**
 * Reads the vendor's OpenAPI document when it lies beside the repository.
 * @throws Error under CI when it does not
 */
export function loadDodoOpenApi(): LoadedDodoOpenApi {
  if (existsSync(DOCUMENT)) return { status: 'ready', openApi: createDodoOpenApi(readDocument()) };
  const message = `${DOCUMENT} is not there: answers are not checked against the vendor's description of its API`;
  if (process.env.CI) throw new Error(message);
  return { status: 'absent', message };
}

function readDocument(): OpenApiDocument {
  const document: OpenApiDocument = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
  for (const deviation of KNOWN_DEVIATIONS) deviation.apply(document);
  closeSchemas(document);
  return document;
}

function createDodoOpenApi(document: OpenApiDocument): DodoOpenApi {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, BASE);
  const compiled = new Map<string, ValidateFunction>();

  function check(pointer: string, value: unknown, what: string): string[] {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `${BASE}#${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      (error) => `${what}${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`,
    );
  }

  function checkAnswer(pointer: string, operation: Operation, { status, responseBody }: ExchangeToCheck): string[] {
    const listed = operation.responses[String(status)];
    if (status >= 400) {
      const known = listed !== undefined || UNLISTED_STATUSES.has(status);
      return [...(known ? [] : [`status ${status} is not listed`]), ...errorBodyProblems(responseBody)];
    }
    if (listed === undefined) return [`status ${status} is not listed`];
    if (listed.content?.['application/json'] === undefined) {
      return responseBody === undefined ? [] : [`expected an empty answer to status ${status}`];
    }
    return check(`${pointer}/responses/${status}/content/application~1json/schema`, responseBody, 'response');
  }

  return {
    validateExchange(exchange) {
      const found = findOperation(document, exchange.method, exchange.path);
      if (found === undefined) return [`${exchange.method} ${exchange.path} is not in the document`];
      const { template, operation } = found;
      const pointer = `/paths/${template.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${exchange.method.toLowerCase()}`;
      const names = new Set((operation.parameters ?? []).filter((one) => one.in === 'query').map((one) => one.name));
      const unknown = Object.keys(exchange.query ?? {}).filter((name) => !names.has(name));
      const refused = exchange.status >= 400;
      const body = operation.requestBody;
      return [
        ...unknown.map((name) => `query parameter ${name} is not in the document`),
        ...(refused || body === undefined
          ? []
          : check(`${pointer}/requestBody/content/application~1json/schema`, exchange.requestBody, 'request')),
        ...checkAnswer(pointer, operation, exchange),
      ].map((problem) => `${exchange.method} ${template} ${exchange.status}: ${problem}`);
    },
    validateWebhook(body) {
      const type = typeof body === 'object' && body !== null && 'type' in body ? String(body.type) : '';
      if (document.webhooks[type] === undefined) return [`webhook type ${JSON.stringify(type)} is not in the document`];
      const pointer = `/webhooks/${type}/post/requestBody/content/application~1json/schema`;
      return check(pointer, body, type);
    },
  };
}

/** An error is `{code, message}`, plain text, or empty (401). */
function errorBodyProblems(body: unknown): string[] {
  if (body === undefined || typeof body === 'string') return [];
  if (typeof body === 'object' && body !== null && 'code' in body && 'message' in body) return [];
  return [`expected an error body {code, message}, got ${JSON.stringify(body)}`];
}

/** The operation of a path; fixed parts win over parameters. */
function findOperation(document: OpenApiDocument, method: string, path: string) {
  const parts = path.split('/');
  const matching = Object.keys(document.paths).filter((template) => {
    const wanted = template.split('/');
    return wanted.length === parts.length && wanted.every((part, i) => part.startsWith('{') || part === parts[i]);
  });
  const template = matching.toSorted((a, b) => a.split('{').length - b.split('{').length)[0];
  const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
  return template === undefined || operation === undefined ? undefined : { template, operation };
}

/** Fields the document does not know are problems too, except in schemas that others extend by `allOf`. */
function closeSchemas(document: OpenApiDocument): void {
  const extended = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { allOf } = node as Schema;
    for (const part of allOf ?? []) if (part.$ref !== undefined) extended.add(part.$ref);
    for (const child of Object.values(node)) visit(child);
  };
  visit({ ...document.components.schemas, OutgoingWebhookData: {} });
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const open = schema.properties === undefined || schema.additionalProperties !== undefined;
    if (!open && !extended.has(`#/components/schemas/${name}`)) schema.additionalProperties = false;
  }
}
