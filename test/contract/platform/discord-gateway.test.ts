import { tellStory } from './story.ts';
import { discordGateway } from './transports.ts';

tellStory(discordGateway);
