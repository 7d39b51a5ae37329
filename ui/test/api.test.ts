// The local API's settings: on and off, where it answers, and a token that the page never sees.
import { cleanup, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { Fake } from './fake';
import { story } from './story';
import { button, clean, open } from './window';

async function settings(fake: Fake = story()) {
  const user = await open(fake);
  await user.click(button('Settings'));
  await user.click(screen.getByRole('tab', { name: 'Local API' }));
  await screen.findByTestId('api-status');
  return { fake, user };
}

const status = () => screen.getByTestId('api-status').textContent?.trim();

describe('the local API', () => {
  it('is off until it is switched on, and then says where it answers', async () => {
    const { fake, user } = await settings();
    expect(status()).toBe('Off');
    expect(screen.queryByTestId('api-address')).toBeNull();
    await clean();
    await user.click(screen.getByRole('switch', { name: 'Local API' }));
    await waitFor(() => expect(status()).toBe('Running'));
    expect(fake.settings.api.enabled).toBe(true);
    expect(screen.getByTestId('api-address').textContent).toBe('http://127.0.0.1:8417/v1');
    await user.click(button('Copy the address'));
    await waitFor(() => expect(fake.copied).toEqual(['http://127.0.0.1:8417/v1']));
    await clean();
  });

  it('says when its port is taken, and takes another', async () => {
    const fake = story();
    fake.settings.api.enabled = true;
    fake.portsInUse = [8417];
    const { user } = await settings(fake);
    await waitFor(() => expect(status()).toBe('Port 8417 is in use by another program. Choose another.'));
    const port = screen.getByRole<HTMLInputElement>('spinbutton', { name: 'Port' });
    await user.clear(port);
    await user.type(port, '9000{Tab}');
    await waitFor(() => expect(status()).toBe('Running'));
    expect(screen.getByTestId('api-address').textContent).toBe('http://127.0.0.1:9000/v1');
    await user.clear(port);
    await user.type(port, '70000{Tab}');
    expect(port.value).toBe('9000');
  });

  it('has a token that is copied and shown by Rust, and renewed only after a warning', async () => {
    const fake = story();
    fake.settings.api.enabled = true;
    const { user } = await settings(fake);
    await user.click(await screen.findByRole('button', { name: 'Copy the token' }));
    await waitFor(() => expect(fake.copied).toEqual(['token 0']));
    await user.click(button('Show'));
    await waitFor(() => expect(fake.shown).toEqual(['Token']));
    await user.click(button('Renew…'));
    expect(fake.renewed).toBe(0);
    expect(screen.getByText(/Every script that uses it must be given the new one/)).toBeTruthy();
    await user.click(button('Renew the token'));
    await screen.findByText(/The token is new/);
    expect(fake.renewed).toBe(1);
    expect(document.body.textContent).not.toContain('token 0');
  });

  it('tells a keychain that is locked from none at all', async () => {
    for (const keychain of ['locked', 'silent'] as const) {
      const fake = story();
      fake.settings.api.enabled = true;
      fake.keychain = keychain;
      await settings(fake);
      await screen.findByText(/The keychain is locked or does not answer.*The one that it holds is not changed/);
      expect(screen.queryByText(/There is no keychain/)).toBeNull();
      cleanup();
    }
  });

  it('says what holds where there is no keychain', async () => {
    const fake = story();
    fake.settings.api.enabled = true;
    fake.keychain = 'missing';
    await settings(fake);
    await screen.findByText(/There is no keychain, so it lasts until Skein ends/);
  });
});
