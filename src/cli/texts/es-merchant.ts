/** Spanish help of what belongs to a merchant: keys, endpoints, terms, wallets, consents. */
import type { Texts } from "./texts.ts"

const RAIL = "cuál, si varios toman claves"

const KEY_TERMS = {
  scopes:
    "qué puede una clave de la API de Caudal, con comas: payments:read, payments:write, " +
    "refunds:read, refunds:write, customers:read, customers:write, books:read, webhooks:read, " +
    "webhooks:write, sandbox:write; la de un operador: top-ups:write, balances:read; sin él, todo",
  expires: "cuándo termina: 90d, 12h, o un día u hora en UTC como 2027-01-31T09:30Z; never",
}

export const MERCHANT_ES: Texts["commands"] = {
  "merchant add": {
    about: "Agrega un comercio. Luego dele claves: caudal key add.",
    options: {
      "time-zone": "decide sus días; America/Bogota si se omite",
      "display-name": "lo que ven quienes pagan",
      "support-info": "a quién pueden preguntar quienes pagan",
      rail: "por dónde van bank, wallet, crypto, recharge",
    },
  },
  "merchant list": { about: "Lista todos los comercios." },
  "merchant show": {
    about: "Muestra un comercio: su configuración, claves, xpubs, endpoints y saldos.",
  },
  "merchant style": {
    about: "Cambia cómo ven al comercio quienes pagan; lo que se omite queda como está.",
    options: {
      "display-name": "lo que ven quienes pagan; none: el nombre del comercio",
      "support-info": "a quién pueden preguntar quienes pagan; none: a nadie",
      colour: "de botones y enlaces; none: el de la pasarela",
      language: "si el navegador de quien paga no pide ninguno de ellos; o none",
      logo: "un PNG, JPEG o WebP de 16 KiB y 1.024 píxeles como máximo; o none",
    },
  },
  "merchant set": {
    about: "Cambia por qué rieles y a qué cuenta bancaria van los nuevos pagos de un comercio.",
    options: {
      rail: "por dónde van bank, wallet, crypto, recharge; METHOD=none: el de la instalación",
      "bank-account": "la cuenta de rails.bank-files que recibe sus cobros; none: la usual",
    },
  },
  "key add": {
    about:
      "Crea credenciales para un comercio en un dialecto, o para un operador; se muestran una vez.",
    options: {
      merchant: "de quién: su nombre o id",
      operator: "en vez de ambos: para quien registra el dinero que entró",
      ...KEY_TERMS,
      name: "para listas: para qué es la clave",
    },
  },
  "key roll": {
    about:
      "Crea credenciales en lugar de otras, con su nombre y permisos; las anteriores se aceptan " +
      "todavía un tiempo. Lo que se creó junto se cambia junto.",
    options: {
      merchant: "de quién: su nombre o id",
      operator: "es la de un operador",
      overlap: "cuánto se acepta aún la anterior: 24h (si se omite), 30m, 7d; 30d como máximo",
      expires: KEY_TERMS.expires,
    },
  },
  "key list": {
    about: "Lista las credenciales de un comercio, o las de operadores, sin lo que es secreto.",
    options: {
      merchant: "de quién: su nombre o id",
      operators: "en su lugar, las de operadores",
    },
  },
  "key revoke": {
    about: "Termina una credencial: desde ahora se rechaza lo que la use.",
    options: {
      merchant: "de quién: su nombre o id",
      operator: "es la de un operador",
    },
  },
  "endpoint add": {
    about: "Avisa a un comercio en una dirección, con las palabras de un dialecto.",
    options: {
      url: "adónde",
      header: "va con cada llamada, por ejemplo una clave propia de quien recibe",
    },
  },
  "endpoint list": { about: "Lista los endpoints de un comercio." },
  "endpoint disable": {
    about: "Deja de avisar en un endpoint; lo que lo espera se guarda.",
    options: { reason: "se le muestra al comercio" },
  },
  "endpoint enable": { about: "Vuelve a avisar en un endpoint que estaba desactivado." },
  "terms show": { about: "Muestra las condiciones de un comercio en un dialecto." },
  "terms set": {
    about:
      "Cambia las condiciones de un comercio en un dialecto, en cada nodo en menos de un " +
      "segundo. Una comisión nunca supera su pago; una recarga conserva la de su creación. Las " +
      "peticiones por minuto son de cada credencial. Salvo estas y la comisión, todo es para " +
      "tapila.",
    options: {
      "fee-fixed": "de cada pago aprobado: unidades menores de su moneda, por ejemplo 50",
      "fee-percent": "además, de cada pago aprobado: por ejemplo 2.9",
      "answer-within":
        "cuánto espera una recarga su respuesta antes de ser un 202: 5s, 500ms, default",
      "low-balance": "avisa cuando una recarga deja la billetera por debajo; CODE=none: nunca",
      "per-number": "cuántas recargas recibe un número en una hora, o default",
      "requests-per-minute": "cuántas peticiones se responden; 0: todas, o default",
      notify: "webhooks de todas las recargas, o solo de las que se respondieron con 202",
      country: "el de las empresas que puede vender, por ejemplo AR; o any",
    },
  },
  "xpub add": {
    about:
      "Lee de la entrada estándar la clave pública extendida de un comercio: quienes pagan " +
      "reciben sus direcciones.",
    options: {
      rail: RAIL,
      "first-address": "la primera que muestra la billetera; live la exige",
      yes: "también en lugar de otra clave en uso",
    },
  },
  "xpub list": {
    about:
      "Lista las claves públicas extendidas de un comercio por su primera dirección; nunca las claves.",
  },
  "xpub gaps": {
    about: "Dice hasta dónde debe mirar una billetera para ver todo el dinero de la clave en uso.",
    options: { rail: RAIL },
  },
  "xpub advance": {
    about:
      "Salta índices que se entregaron después de copiar los archivos de una carpeta de datos.",
    options: { by: "cuántos saltar, de 1 a 1000000", rail: RAIL },
  },
  "mandate list": {
    about:
      "Lista las cuentas guardadas de un comercio, la más nueva primero, y quién autorizó cuándo.",
    options: {
      customer: "solo las de este cliente",
      limit: "cuántas, de 1 a 1000; 100 si se omite",
      before: "solo más antiguas que esta: donde terminó la lista anterior",
    },
  },
  "mandate show": {
    about:
      "Muestra una, con la prueba de la autorización hasta donde se guardó: para un banco que pregunta.",
  },
  "mandate revoke": {
    about:
      "Retira una autorización: no se acepta ningún cobro nuevo. Lo que ya tiene un banco no se detiene.",
  },
}
