import { type APIMessage, ComponentType } from 'discord-api-types/v10';
import { flatten } from '../rules/components.ts';
import { objectsOf } from '../rules/json.ts';
import type { Pings } from '../rules/mentions.ts';
import type { MessageVersion, StoredMessage } from '../world.ts';

/** A button as a member sees it: pressed by `customId`, or leading to `url`. */
interface VisibleButton {
  label: string;
  customId: string | null;
  url: string | null;
  style: number;
  disabled: boolean;
}

/** A message as a member sees it now. Times are milliseconds since 1970. */
export interface VisibleMessage {
  id: string;
  channelId: string;
  authorId: string;
  content: string;
  ephemeral: boolean;
  /** The member sees "thinking…". */
  loading: boolean;
  embeds: APIMessage['embeds'];
  components: NonNullable<APIMessage['components']>;
  buttons: VisibleButton[];
  attachments: { name: string; text: string }[];
  createdAt: number;
  editedAt: number | null;
  /** Everything it has said, oldest first. */
  history: MessageVersion[];
  /** Whom its texts would have notified, all versions together. */
  pings: Pings;
}

/** How a message looks to someone who may see it. */
export function visibleMessage(stored: StoredMessage): VisibleMessage {
  const { message, versions } = stored;
  const components = message.components ?? [];
  return {
    id: message.id,
    channelId: message.channel_id,
    authorId: message.author.id,
    content: message.content,
    ephemeral: stored.ephemeralTo !== null,
    loading: stored.loading,
    embeds: message.embeds,
    components,
    buttons: buttonsOf(components),
    attachments: stored.files.map(({ name, bytes }) => ({ name, text: bytes.toString('utf8') })),
    createdAt: Date.parse(message.timestamp),
    editedAt: message.edited_timestamp === null ? null : Date.parse(message.edited_timestamp),
    history: [...versions],
    pings: {
      everyone: versions.some(({ pings }) => pings.everyone),
      here: versions.some(({ pings }) => pings.here),
      roles: [...new Set(versions.flatMap(({ pings }) => pings.roles))],
      users: [...new Set(versions.flatMap(({ pings }) => pings.users))],
    },
  };
}

function buttonsOf(components: readonly unknown[]): VisibleButton[] {
  return flatten(objectsOf(components))
    .filter(({ type }) => type === ComponentType.Button)
    .map((button) => ({
      label: String(button.label ?? ''),
      customId: typeof button.custom_id === 'string' ? button.custom_id : null,
      url: typeof button.url === 'string' ? button.url : null,
      style: Number(button.style),
      disabled: button.disabled === true,
    }));
}
