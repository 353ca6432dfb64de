import { type APIMessage, MessageFlags } from 'discord-api-types/v10';
import { DiscordApiError } from '../api-error.ts';
import type { UploadedFile } from '../rest/request-body.ts';
import { checkComponents } from './components.ts';
import { checkEmbeds } from './embeds.ts';
import { createFormErrors } from './form-errors.ts';
import { isObject, type JsonObject, objectsOf } from './json.ts';
import { checkAllowedMentions } from './mentions.ts';

/** https://discord.com/developers/docs/resources/message#create-message */
const MAX_CONTENT = 2_000;
const MAX_FILES = 10;
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** A checked message body. A field that was not sent is undefined; what was sent as null is empty. */
export interface MessageDraft {
  content: string | undefined;
  embeds: JsonObject[] | undefined;
  components: JsonObject[] | undefined;
  flags: number;
  allowedMentions: unknown;
  nonce: string | number | undefined;
  enforceNonce: boolean;
  replyTo: string | null;
  /** The entries of `attachments`: those kept on an edit, and the descriptions of new files. */
  attachments: JsonObject[] | undefined;
  files: UploadedFile[];
}

/**
 * Checks a message body against Discord's limits. Characters are counted as UTF-16 units, the strictest reading.
 * @param before flags of the message that is edited, 0 for a new one
 * @throws DiscordApiError 50035 with every fault, 40005 for a file over 10 MiB
 */
export function readMessageBody(body: unknown, files: UploadedFile[], before = 0): MessageDraft {
  const errors = createFormErrors();
  const fields = isObject(body) ? body : {};
  const flags = typeof fields.flags === 'number' ? fields.flags : 0;
  const v2 = ((flags | before) & MessageFlags.IsComponentsV2) !== 0;
  errors.length(['content'], fields.content, 0, MAX_CONTENT);
  if (v2 && (fields.content || objectsOf(fields.embeds).length > 0)) {
    const message = 'The message cannot have content or embeds with IS_COMPONENTS_V2';
    errors.add(['flags'], 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2', message);
  }
  checkEmbeds(fields.embeds, errors);
  checkComponents(fields.components, v2, errors);
  checkAllowedMentions(fields.allowed_mentions, errors);
  const { nonce } = fields;
  if (typeof nonce === 'string') errors.length(['nonce'], nonce, 0, 25);
  errors.count(['attachments'], fields.attachments, 0, MAX_FILES);
  if (files.length > MAX_FILES) errors.count(['files'], files, 0, MAX_FILES);
  errors.settle();
  if (files.some((file) => file.bytes.length > MAX_FILE_BYTES)) throw new DiscordApiError(40005);
  const reference = isObject(fields.message_reference) ? fields.message_reference.message_id : undefined;
  return {
    content: fields.content === undefined ? undefined : String(fields.content ?? '').trim(),
    embeds: fields.embeds === undefined ? undefined : objectsOf(fields.embeds),
    components: fields.components === undefined ? undefined : objectsOf(fields.components),
    flags,
    allowedMentions: fields.allowed_mentions,
    nonce: typeof nonce === 'string' || typeof nonce === 'number' ? nonce : undefined,
    enforceNonce: fields.enforce_nonce === true,
    replyTo: typeof reference === 'string' ? reference : null,
    attachments: fields.attachments === undefined ? undefined : objectsOf(fields.attachments),
    files,
  };
}

/**
 * The same for an edit: what was not sent stays.
 * @throws DiscordApiError 50006 when the edited message would show nothing
 */
export function refuseEmptyEdit(draft: MessageDraft, before: APIMessage): void {
  const kept = draft.attachments ?? before.attachments;
  const { content = before.content, embeds = before.embeds, components = before.components ?? [] } = draft;
  if ([content, embeds, components, draft.files, kept].every((part) => part.length === 0)) {
    throw new DiscordApiError(50006);
  }
}

/** @throws DiscordApiError 50006 when a new message would show nothing */
export function refuseEmpty(draft: MessageDraft): void {
  const parts = [draft.content ?? '', draft.embeds ?? [], draft.components ?? [], draft.files];
  if (parts.every((part) => part.length === 0)) throw new DiscordApiError(50006);
}
