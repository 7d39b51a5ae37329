// Every place with keys of its own, in the order of the sheet.
import type { Place } from '../place';
import { inComposer } from './composer';
import { inList, inListField } from './list';
import { inFind, inSearch, onMessage } from './messages';
import { everywhere, onDivider } from './panes';

export const places = { inList, inListField, onMessage, inComposer, inFind, inSearch, onDivider, everywhere } satisfies Record<string, Place>;
