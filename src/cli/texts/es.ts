/** The help in Spanish: groups, options that mean the same everywhere, and each part's texts. */
import { GATEWAY_ES } from "./es-gateway.ts"
import { MERCHANT_ES } from "./es-merchant.ts"
import { MONEY_ES } from "./es-money.ts"
import type { Texts } from "./texts.ts"

export const ES: Texts = {
  groups: {
    start: "pone en marcha la pasarela",
    demo: "recorre cada flujo y lo muestra",
    merchant: "add, list, show, style, set: los comercios",
    key: "add, list, roll, revoke: credenciales de las API",
    endpoint: "add, list, disable, enable: adónde van los webhooks",
    user: "add, list, disable, enable, reset: quién entra a la consola",
    wallet: "top-up, balance, statement, providers: dinero prepagado",
    terms: "show, set: comisiones, tiempos y límites",
    xpub: "add, list, gaps, advance: claves de billeteras propias",
    mandate: "list, show, revoke: autorizaciones para cobrar cuentas guardadas",
    catalogue: "load, check, import, list, show, export: qué recargas se venden",
    payment: "show, search, simulate, cancel, refund",
    attempts: "unknown: dinero cuyo destino aún nadie conoce",
    "bank-files": "list, show, lines, clear, dry-run, send, adopt",
    report: "daily, bank: qué fue del dinero en un día",
    retention: "show, drop: meses de eventos y entregas",
    "master-key": "show, rotate: con qué se sella todo lo secreto",
    verify: "dice si los libros cuadran",
    completion: "bash, zsh: completa comandos y opciones mientras escribe",
    trigger: "ejecuta un caso en un sandbox: aprobado, rechazado, devuelto, tarde",
    backup: "copia base de datos y claves sin detener la pasarela, y revisa la copia",
    restore: "pone una copia en una carpeta de datos vacía",
    listen: "trae los eventos a un programa de esta máquina, firmados",
    replay: "entrega un webhook otra vez",
    doctor: "revisa todo lo que puede fallar y dice qué hacer",
    export: "pagos, clientes, eventos, configuración y más, en archivos",
    import: "settings: los de otra pasarela, como ella los exportó",
    audit: "list, verify, export: qué hicieron los operadores",
  },
  options: {
    merchant: "su nombre o id",
    dialect: "uno de pentagoo, tapila, palomma-pay, palomma-direct-debit, caudal",
    "dry-run": "solo dice qué cambiaría",
    format: "csv si se omite; --json es lo mismo que json",
    out: "lo escribe allí, cuando está completo, en vez de imprimirlo",
    currency: "por ejemplo COP",
    url: "la pasarela; si se omite, la que dice sandbox.json",
    "api-key": "una clave de la API de Caudal; - la lee de la entrada estándar",
  },
  commands: { ...GATEWAY_ES, ...MERCHANT_ES, ...MONEY_ES },
}
