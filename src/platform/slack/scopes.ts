/**
 * What the bot asks for: its commands, its messages, hearing that it is mentioned, opening a direct conversation, and
 * reading it, for what a member writes there and to find a notice again.
 * Source: https://docs.slack.dev/reference/scopes
 */
export const BOT_SCOPES = ['commands', 'chat:write', 'app_mentions:read', 'im:write', 'im:history'] as const;
