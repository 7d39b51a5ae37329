// What jsdom lacks and the window needs. Nothing is laid out here: heights are all nought.
import { afterEach, vi } from 'vitest';
import { cleanup, configure } from '@testing-library/svelte';

class NoResizeObserver implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

window.innerWidth = 1400;
configure({ getElementError: (message) => new Error(message?.split('\n')[0] ?? 'not found'), asyncUtilTimeout: 4000 });
vi.stubGlobal('ResizeObserver', NoResizeObserver);
vi.stubGlobal('matchMedia', (query: string) => ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} }));
vi.stubGlobal('CSS', { escape: (text: string) => text });
window.matchMedia = globalThis.matchMedia;
HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close = function (this: HTMLDialogElement) {
  this.open = false;
};
Element.prototype.scrollIntoView = () => {};
Element.prototype.setPointerCapture = () => {};

afterEach(() => cleanup());
