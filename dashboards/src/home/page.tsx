import { startPage } from '../shell/start-page.tsx'
import { Home } from './home.tsx'
import './home.css'

startPage(<Home />)
