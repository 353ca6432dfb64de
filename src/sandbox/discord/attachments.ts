import type { APIAttachment } from 'discord-api-types/v10';
import type { JsonObject } from './rules/json.ts';
import type { MessageDraft } from './rules/message-body.ts';
import type { StoredMessage, World } from './world.ts';

/**
 * Gives a message its files. On an edit, files that `attachments` does not name are dropped
 * (https://discord.com/developers/docs/resources/message#edit-message).
 */
export function attachFiles(world: World, stored: StoredMessage, draft: MessageDraft): void {
  const { message } = stored;
  if (draft.attachments) {
    const kept = new Set(draft.attachments.map(({ id }) => String(id)));
    message.attachments = message.attachments.filter(({ id }) => kept.has(id));
    stored.files = stored.files.filter(({ id }) => kept.has(id));
  }
  for (const file of draft.files) {
    const id = world.newId();
    const described: JsonObject = draft.attachments?.find((entry) => String(entry.id) === file.key) ?? {};
    const name = typeof described.filename === 'string' ? described.filename : file.name;
    const url = `${world.filesUrl()}/${message.channel_id}/${id}/${encodeURIComponent(name)}`;
    const attachment: APIAttachment = {
      id,
      filename: name,
      size: file.bytes.length,
      url,
      proxy_url: url,
    };
    if (file.contentType) attachment.content_type = file.contentType;
    if (typeof described.description === 'string') attachment.description = described.description;
    message.attachments.push(attachment);
    stored.files.push({ id, name, bytes: file.bytes });
  }
}
