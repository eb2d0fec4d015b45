import type { NewSignMessage } from '@clearway/contracts'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { SignSender } from './sign-sender.ts'

/** Asks the gateway to show `msg.payload` (`{ text, symbol?, until }`) on the sign named by `msg.sign`. */
export default function register(RED: NodeAPI) {
  RED.nodes.registerType('clearway-sign', function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition)
    const url = process.env.CLEARWAY_URL
    const token = process.env.CLEARWAY_FLOWS_TOKEN
    if (!url || !token) {
      this.error('CLEARWAY_URL and CLEARWAY_FLOWS_TOKEN must be set in the environment of Node-RED')
      this.status({ fill: 'red', shape: 'ring', text: 'no credential' })
      return
    }
    const colours = { sent: 'green', waiting: 'yellow', refused: 'red' } as const
    const sender = new SignSender({
      url,
      token,
      nowMs: Date.now,
      onState: (state, text) => {
        this.status({ fill: colours[state], shape: 'dot', text })
        if (state === 'refused') this.error(`sign message refused: ${text}`)
      },
    })
    this.on('input', (message, _send, done) => {
      const { sign, payload } = message as { sign?: string; payload?: NewSignMessage }
      if (!sign || !payload?.text || !payload.until) {
        done(new Error('clearway-sign needs msg.sign and msg.payload { text, until }'))
        return
      }
      sender.send(sign, payload)
      done()
    })
    this.on('close', (done: () => void) => {
      sender.stop()
      done()
    })
  })
}
