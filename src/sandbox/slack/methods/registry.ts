import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import type { Method } from './method.ts';
import { sessionMethods } from './sessions.ts';
import { streamingMethods } from './streaming.ts';
import { userMethods } from './users.ts';
import { viewMethods } from './views.ts';

/** The Web API methods that take a bot token, by name. */
export const botMethods: Record<string, Method> = {
  ...userMethods,
  ...chatMethods,
  ...streamingMethods,
  ...conversationMethods,
  ...viewMethods,
  ...sessionMethods,
};
