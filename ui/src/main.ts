import { mount } from 'svelte';
import App from './App.svelte';
import './tokens.css';
import './html.css';
import './print.css';

const target = document.getElementById('app');
if (target) mount(App, { target });
