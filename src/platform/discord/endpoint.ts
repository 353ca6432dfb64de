/** Where Discord sends interactions over HTTP, below the bot's address. */
export const INTERACTIONS_PATH = '/discord/interactions';

/** What Discord's "Interactions Endpoint URL" must be: empty for the gateway, which hears of no interaction otherwise. */
export function wantedEndpoint(transport: 'http' | 'gateway', baseUrl: string): string {
  return transport === 'http' ? `${baseUrl}${INTERACTIONS_PATH}` : '';
}
