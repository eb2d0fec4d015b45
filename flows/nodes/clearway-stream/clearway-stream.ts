import type { NodeAPI, NodeDef } from 'node-red'
import { follow } from './events.ts'

/** Emits one message per item of the gateway's live stream: `msg.topic` the stream topic, `msg.payload` the item. */
export default function register(RED: NodeAPI) {
  RED.nodes.registerType(
    'clearway-stream',
    function (this: import('node-red').Node, definition: NodeDef & { topics?: string }) {
      RED.nodes.createNode(this, definition)
      const stop = new AbortController()
      const url = process.env.CLEARWAY_URL
      const token = process.env.CLEARWAY_FLOWS_TOKEN
      if (!url || !token) {
        this.error('CLEARWAY_URL and CLEARWAY_FLOWS_TOKEN must be set in the environment of Node-RED')
        this.status({ fill: 'red', shape: 'ring', text: 'no credential' })
        return
      }
      this.on('close', (done: () => void) => {
        stop.abort()
        done()
      })
      follow({
        url,
        token,
        topics: definition.topics ?? 'lots,signs,dispatches',
        stop: stop.signal,
        onEvent: (event) => {
          for (const item of event.items) this.send({ topic: event.topic, payload: item })
        },
        onState: (state, text) => {
          this.status({ fill: state === 'connected' ? 'green' : 'yellow', shape: 'dot', text })
          if (state === 'waiting') this.warn(`stream: ${text}; trying again`)
        },
      }).catch((error: unknown) => this.error(String(error)))
    },
  )
}
