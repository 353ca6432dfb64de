/**
 * What the bot asks for: its commands, its messages, opening a direct conversation, and finding a notice in it.
 * Source: https://docs.slack.dev/reference/scopes
 */
export const BOT_SCOPES = ['commands', 'chat:write', 'im:write', 'im:history'] as const;
