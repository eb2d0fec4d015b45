import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { precompress } from './precompress.ts'

/** One entry per page, so that a page pays only for what it shows. The gateway serves `/manager` from `manager.html`. */
export default defineConfig({
  plugins: [react(), precompress()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    sourcemap: false,
    // mapbox-gl is one chunk of 1.9 MB, asked for only with a token.
    chunkSizeWarningLimit: 2_000,
    // A script inlined as `data:` would break the Content-Security-Policy of the gateway.
    assetsInlineLimit: 0,
    rolldownOptions: { input: ['index.html', 'manager.html', 'dispatcher.html', 'junction.html', 'pay.html'] },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
