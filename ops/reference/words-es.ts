/** The configuration's page in Spanish. */
import type { Words } from "./words.ts"

const SECRET = 'un secreto, o `{ "file": "/una/ruta/absoluta" }`'

export const SPANISH: Words = {
  title: "Configuración",
  intro: `Todos los ajustes: qué aceptan, qué valen si no se dan, qué significan, y un valor que un gateway
acepta tal cual; solo los secretos los pone usted. [Operating](../../operating.md#settings) (en inglés) dice cómo se dan.`,
  columns: ["ajuste", "acepta", "por omisión", "significado", "ejemplo"],
  unset: "sin valor",
  needed: "obligatorio",
  values: {
    text: "texto",
    number: "número entero",
    boolean: "`true` o `false`",
    list: "lista",
    byName: "objeto, por nombre",
    object: "objeto",
    several: "varias formas",
    or: "o",
    between: (least, most) => `de ${least} a ${most}`,
    atLeast: (least) => `desde ${least}`,
    atMostLong: (most) => `hasta ${most} caracteres`,
    atMostMany: (most) => `hasta ${most}`,
  },
  sections: {
    environment: { title: "Entorno", about: "Una variable vacía cuenta como si no estuviera." },
    secretFiles: {
      title: "Secretos en archivos",
      about: `En lugar de la variable misma: el archivo donde está su valor. Lo que un proceso tiene en su
entorno lo ven más personas y programas de los que deben ver un secreto. Dar ambos se rechaza.`,
    },
    file: {
      title: "caudal.json",
      about: "Todo es opcional; un miembro desconocido se rechaza.",
    },
    simulator: { title: "El simulador", about: "Solo en un sandbox; live no tiene." },
    evm: {
      title: "Cadenas",
      about: "Las razones están en [rails/evm.md](../../rails/evm.md) (en inglés).",
    },
    preset: {
      title: "Una cadena conocida por su nombre",
      about: "Lo que se da reemplaza lo conocido de ella.",
    },
    chain: { title: "Cualquier otra cadena", about: "Completa, porque nada se sabe de ella." },
    token: { title: "Un token", about: "O bien `peg` o bien `rate`." },
    coin: { title: "La moneda de una cadena completa", about: "`false` no ofrece ninguna." },
    fixed: {
      title: "Una tasa que usted mantiene",
      about: "Se lee al arrancar: cámbiela y arranque de nuevo.",
    },
    aggregator: {
      title: "Una tasa que dice un contrato",
      about: "Con `latestRoundData()` y `decimals()` de Chainlink.",
    },
    bankFiles: {
      title: "Archivos de banco",
      about: "Las razones están en [rails/bank-files.md](../rails/bank-files.md).",
    },
    account: {
      title: "Una cuenta suya",
      about: "El nombre lo pone usted: de 1 a 40 de a-z, 0-9 y -, primero una letra.",
    },
    tapila: {
      title: "Proveedores de recargas",
      about:
        "Las razones están en [rails/tapila.md](../rails/tapila.md). O bien `baseUrl` o bien `hosts`, y o bien `apiKey` o bien `apiKeys`.",
    },
  },
  meanings: {
    environment: {
      PORT: "Dónde escucha; 0 es cualquier puerto libre",
      HOST: "La dirección en que escucha",
      DATABASE_URL:
        "Su propio PostgreSQL, 15 o posterior; sin valor: uno incorporado en la carpeta de datos",
      CAUDAL_DATA_DIR:
        "Base incorporada, `sandbox.json`, la clave de un sandbox, los libros del simulador, archivos de banco",
      CAUDAL_MODE: "Se escribe en la base en el primer arranque; el otro modo la rechaza después",
      CAUDAL_CONFIG: "El archivo de configuración; sin valor: `caudal.json`, si existe",
      CAUDAL_TRUST_PROXY:
        "Proxies cuyo `X-Forwarded-*` se cree: direcciones, rangos, `loopback`, `linklocal` o `uniquelocal`, con comas; sin valor: ninguno",
      CAUDAL_PUBLIC_URL:
        "Por dónde llegan pagadores y clientes; live exige https; sin valor: se arma con dirección y puerto",
      CAUDAL_MASTER_KEY:
        "32 bytes en base64 que sellan lo secreto; sin valor: un sandbox crea la suya",
      CAUDAL_MASTER_KEY_OLDER:
        "Claves maestras que solo abren lo que sellaron antes, con comas: hasta 10",
      CAUDAL_SANDBOX_WEBHOOK_URL:
        "Dónde se avisa al comercio de demostración, en todos los dialectos",
      CAUDAL_SANDBOX_PUBLIC:
        "1: permite que un sandbox escuche en una dirección que otros alcanzan",
      CAUDAL_SANDBOX_CHAIN:
        "0: el sandbox no tiene cadena propia y simula las transferencias de tokens",
      CAUDAL_LOG_LEVEL: "Cuánto se registra; sin valor: `warn` en un sandbox, `info` en live",
    },
    secretFiles: {
      DATABASE_URL_FILE: "El archivo con `DATABASE_URL`",
      CAUDAL_MASTER_KEY_FILE: "El archivo con `CAUDAL_MASTER_KEY`",
      CAUDAL_MASTER_KEY_OLDER_FILE: "El archivo con `CAUDAL_MASTER_KEY_OLDER`",
    },
    file: {
      hosts: "Nombres de host bajo los que se sirve un dialecto sin su prefijo",
      "webhooks.allow":
        "Nombres, `host:puerto`, direcciones y rangos a los que pueden ir webhooks aunque no sean públicos",
      "rails.default": "El riel de los comercios que no eligieron ninguno para un método",
    },
    simulator: { answerAfterMs: "Cuánto tarda el simulador en responder, en milisegundos" },
    evm: {
      chains: "Las cadenas que se leen y se ofrecen a los pagadores",
      rates: "Cuántos dólares vale una unidad de una moneda, por moneda",
    },
    preset: {
      preset: "Qué cadena",
      rpc: 'Nodos, consultados en este orden: direcciones, o `{ "url", "trusted" }`',
      name: "Cómo la llaman avisos y páginas",
      confirmations: 'Un número de bloques, o la palabra de la cadena: `"safe"` o `"finalized"`',
      blockMs: "El tiempo usual entre bloques",
      logRange: "Cuántos bloques abarca como máximo una consulta de registros",
      explorer: "La dirección de una transacción con `{hash}`; null para ninguna",
      tokens: "Cuáles de sus tokens, y otros completos",
      native: 'La moneda propia de la cadena: `{ "rate" }` la ofrece, `false` no',
    },
    chain: {
      chainId: "Su número",
      rpc: 'Nodos, consultados en este orden: direcciones, o `{ "url", "trusted" }`',
      name: "Cómo la llaman avisos y páginas",
      confirmations: 'Un número de bloques, o la palabra de la cadena: `"safe"` o `"finalized"`',
      blockMs: "El tiempo usual entre bloques",
      logRange: "Cuántos bloques abarca como máximo una consulta de registros",
      explorer: "La dirección de una transacción con `{hash}`; null para ninguna",
      tokens: "Sus tokens",
      native: "La moneda propia de la cadena; `false` no ofrece ninguna",
    },
    token: {
      symbol: "Como lo ven los pagadores; una vez por cadena",
      address:
        "El contrato; si mezcla mayúsculas y minúsculas, su suma de control debe ser correcta",
      decimals: "Se compara con los del contrato antes de leer nada",
      offered: "False: no se ofrece a los pagadores, pero lo que llega se registra",
      peg: "La moneda de la que vale una unidad por definición",
      rate: "Lo que dice cuántos dólares vale",
    },
    coin: {
      symbol: "Como la ven los pagadores",
      decimals: "Cifras después del punto",
      slip44: "Su número según SLIP-44, para los enlaces que abren las billeteras",
      rate: "Lo que dice cuántos dólares vale",
    },
    fixed: { fixed: "Dólares por una unidad, como texto decimal" },
    aggregator: {
      chainId: "La cadena que tiene el contrato, una de las que se leen",
      address: "El contrato",
      heartbeatSeconds: "Una respuesta más vieja no se usa",
      inverted: "True: dice unidades por un dólar",
    },
    bankFiles: {
      folder: "La carpeta de intercambio; una que no sea absoluta está en la carpeta de datos",
      accounts: "Sus cuentas, con nombres que usted pone",
      defaultAccount: "Para los comercios que no eligieron ninguna",
      initiator: "Quién entrega los archivos: `name`, y el `id` que le dio el banco",
      timeZone:
        "De `sendAt`, de los días de las autorizaciones, y de las cuentas que no dicen nada",
      sendAt: "Cuándo salen los archivos, en días hábiles, en hora local",
      sendEverySeconds: "En lugar de `sendAt`: cada cuánto, todos los días",
      ordersPerFile: "Más órdenes que estas hacen otro archivo",
      letters: "`basic` donde un banco solo acepta letras simples",
      banks: "Códigos de bancos de pagadores que su banco llama de otro modo, o que faltan",
      simulatedBank: "False: a los archivos del sandbox responde otro; live no tiene",
    },
    account: {
      name: "Su titular",
      documentType: "`nit`, `cc`, `ce`, `passport`, o una palabra del banco",
      documentNumber: "Se da si y solo si se da el tipo",
      account: "Su número",
      accountType: "Su clase",
      bank: "El nombre de un banco en [la lista](../rails/bank-files.md), o un código de 1 a 35 de A-Z, 0-9 y -",
      schemeId: "Cómo lo llama el banco a usted como recaudador",
      currency: "Las órdenes en otra moneda esperan",
      cutOff: "Lo que el banco recibe a esa hora o después cuenta como del siguiente día hábil",
      leadDays: "Días hábiles entre la entrega y el cobro",
      timeZone: "Donde se lee en el reloj la hora de corte",
    },
    tapila: {
      baseUrl: "La dirección que comparten todos sus servicios",
      hosts: "Una para cada uno: `login`, `companies`, `recharges`, y `tools` donde exista",
      clientUsername: "Su nombre de usuario allá",
      password: `Su contraseña allá: ${SECRET}`,
      apiKey: `La clave para todos los servicios: ${SECRET}`,
      apiKeys: "Una para cada uno: `companies`, `recharges`, y `login` y `tools` donde la exijan",
      webhookKey: `Con lo que se hace el \`hash\` de sus avisos: ${SECRET}`,
      webhookHeader:
        "`name` y `value` de un encabezado que envía con cada aviso; el valor es un secreto",
      countries: "Dónde vende para usted; cada país pertenece a una conexión",
      timeoutMs: "Para una llamada, en milisegundos",
    },
  },
  defaults: {
    preset: {
      name: "el conocido",
      confirmations: "el conocido",
      blockMs: "el conocido",
      logRange: "el conocido",
      explorer: "el conocido",
      tokens: "los conocidos",
      native: "`false`",
    },
    chain: { native: "`false`" },
    token: { peg: "–", rate: "–" },
    bankFiles: {
      folder: "sandbox: `bank-files`; live: ninguna",
      accounts: "sandbox: una inventada; live: ninguna",
      defaultAccount: "la única",
      initiator: "el titular de esa cuenta",
      sendAt: "ninguno",
      sendEverySeconds: "sandbox: 5",
      simulatedBank: "sandbox: `true`",
    },
    account: { timeZone: "la de arriba" },
    tapila: { baseUrl: "–", hosts: "–", apiKey: "–", apiKeys: "–" },
  },
}
