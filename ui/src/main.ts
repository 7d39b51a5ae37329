import { mount } from 'svelte';
import App from './App.svelte';
import './tokens.css';
import './html.css';
import './print.css';
import { start } from './state/start';

const target = document.getElementById('app');
if (target) void start(() => mount(App, { target }));
