import { tellStory } from './story.ts';

tellStory('slack');
