import type { CommandSpec, Reply } from '../../core/chat/chat.ts';

/** Gives the commands that a reply speaks of the names that they have here. */
export type NameCommands = (reply: Reply) => Reply;

/**
 * The commands write `/help` for themselves; where the operator has chosen a prefix members must type it.
 * @param prefix stands before every command's name; may be empty
 */
export function createNameCommands(specs: readonly CommandSpec[], prefix: string): NameCommands {
  if (prefix === '') return (reply) => reply;
  const names = specs.map(({ name }) => name).join('|');
  // Not the part of an address or of another word.
  const command = new RegExp(`(?<![\\w/.:-])/(${names})(?![\\w/-])`, 'g');
  return (reply) => ({ ...reply, text: reply.text.replace(command, (_, name) => `/${prefix}${name}`) });
}
