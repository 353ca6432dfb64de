import type { IncomingMessage } from 'node:http';
import { DiscordApiError } from '../api-error.ts';

/** A file of a multipart request. `key` is the n of its `files[n]`, which `attachments` entries refer to. */
export interface UploadedFile {
  key: string;
  name: string;
  contentType: string;
  bytes: Buffer;
}

/** Discord refuses requests over 25 MiB. */
const MAX_BYTES = 25 * 1024 * 1024;

/**
 * Reads a JSON or multipart body (https://discord.com/developers/docs/reference#uploading-files).
 * @throws DiscordApiError 50109 when it is not JSON, 40005 when it is too large
 */
export async function readRequest(req: IncomingMessage): Promise<{ body: unknown; files: UploadedFile[] }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= MAX_BYTES) chunks.push(bytes);
  }
  if (size > MAX_BYTES) throw new DiscordApiError(40005);
  const raw = Buffer.concat(chunks);
  const type = req.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return readMultipart(raw, type);
  return { body: raw.length === 0 ? undefined : parse(raw.toString('utf8')), files: [] };
}

async function readMultipart(raw: Buffer, type: string): Promise<{ body: unknown; files: UploadedFile[] }> {
  const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': type } }).formData();
  const files: UploadedFile[] = [];
  let body: unknown;
  for (const [field, value] of form) {
    if (typeof value === 'string') {
      if (field === 'payload_json') body = parse(value);
      continue;
    }
    const key = /^files\[(\d+)\]$/.exec(field)?.[1] ?? String(files.length);
    files.push({ key, name: value.name, contentType: value.type, bytes: Buffer.from(await value.arrayBuffer()) });
  }
  return { body, files };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DiscordApiError(50109);
  }
}
