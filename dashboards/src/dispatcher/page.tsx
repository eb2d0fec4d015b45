import { Desk } from '../shell/desk.tsx'
import '../shell/shell.css'
import { startPage } from '../shell/start-page.tsx'
import '../map/map.css'
import { Dispatcher } from './dispatcher.tsx'
import './dispatcher.css'

startPage(<Desk title="dispatcher">{(data) => <Dispatcher {...data} />}</Desk>)
