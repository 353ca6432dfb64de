import type { StoredInteraction, World } from './world.ts';

/** What Discord's client tells the member. */
const DID_NOT_RESPOND = 'The application did not respond';

/**
 * Tells the member that no answer came, unless one did.
 * @param cause for whoever reads the sandbox
 */
export function tellUnanswered(world: World, interaction: StoredInteraction, cause: string): void {
  if (interaction.ack || interaction.failure !== null) return;
  interaction.failure = DID_NOT_RESPOND;
  interaction.failureCause = cause;
  world.changes.announce();
}
