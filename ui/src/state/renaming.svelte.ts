// Which thread's title is to be edited: asked for by a key or a menu, done in the title itself.
class Renaming {
  wanted = $state<string | null>(null);
}

export const renaming = new Renaming();
