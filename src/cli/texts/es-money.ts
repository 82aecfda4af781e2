/** Spanish help of what moves or counts money: payments, wallets, catalogue, bank files. */
import type { Texts } from "./texts.ts"

const COUNTRY = "solo este país, por ejemplo CO"

export const MONEY_ES: Texts["commands"] = {
  "wallet top-up": {
    about: "Registra dinero que entró, una vez por referencia: repetir el comando no registra más.",
    options: {
      amount: "por ejemplo 1500.00",
      reference: "su propio id del dinero que entró; importan las mayúsculas",
    },
  },
  "wallet balance": {
    about: "Muestra lo que tiene un comercio, por activo y cuenta.",
    options: { currency: "solo esta" },
  },
  "wallet statement": {
    about:
      "Cada movimiento de la billetera de un comercio con el saldo que dejó; termina con 1 si no " +
      "llevan a lo que tiene la cuenta.",
    options: {
      from: "el primer día, en la zona horaria del comercio; sin él, desde el comienzo",
      to: "el último día, en la zona horaria del comercio; sin él, hasta ahora",
      csv: "lo mismo que --format csv",
    },
  },
  "wallet providers": {
    about:
      "Muestra cuánto queda de nuestro dinero en cada proveedor, según él mismo, y cuánto llegó " +
      "allí según nuestros libros.",
  },
  "catalogue load": {
    about: "Cambia el catálogo por el de un archivo; lo que el archivo no nombra deja de venderse.",
    options: { "dry-run": "revisa el archivo y dice qué cambiaría" },
  },
  "catalogue check": {
    about: "Dice si un archivo se puede cargar. No necesita base de datos.",
  },
  "catalogue import": {
    about: "Vende lo que lista el proveedor de un riel, en vez de lo que se vendía en esos países.",
    options: {
      rail: "el riel, por ejemplo tapila",
      country: "solo este; se puede dar varias veces",
      "allow-fewer": "también si le falta la mitad de lo que se vende en un país, o todo",
    },
  },
  "catalogue list": {
    about: "Lista las empresas del catálogo, también las que ya no se venden.",
    options: { country: COUNTRY, search: "solo las que tienen esto en su código o nombre" },
  },
  "catalogue show": {
    about: "Muestra una empresa: los números que acepta, lo que vende y lo que gana quien vende.",
  },
  "catalogue export": {
    about: "Imprime lo que se vende como un archivo que catalogue load acepta.",
    options: { country: COUNTRY },
  },
  "payment show": {
    about:
      "Muestra todo lo que se sabe de un pago, en orden de tiempo, por su id en cualquier " +
      "dialecto, o por el de un intento o una devolución suya. Las cuentas van enmascaradas.",
  },
  "payment search": {
    about:
      "Encuentra pagos, el más nuevo primero, por lo que se sepa de ellos. También por lo que " +
      "está sellado (correo, documento o número de quien paga), que nunca se imprime.",
    options: {
      text: "un id, una referencia, un monto, un correo o número, un hash, o parte de un texto",
      merchant: "solo de este: su nombre o id",
      state: "solo en pending, processing, approved, declined, expired, cancelled, returned",
      method: "uno de bank, wallet, crypto, recharge",
      rail: "solo por este riel",
      "min-amount": "desde este monto; necesita --currency",
      "max-amount": "hasta este monto; necesita --currency",
      from: "creados entonces o después: 2026-01-05, 2026-01-05T09:30Z, o hace cuánto: 30m, 2h, 3d",
      to: "creados antes de entonces",
      customer: "solo de este cliente",
      reference: "el id propio del comercio, exacto",
      limit: "cuántos, de 1 a 100; 20 si se omite",
      cursor: "donde terminó la búsqueda anterior",
    },
  },
  "payment simulate": {
    about:
      "Hace que un pago de un sandbox termine como se diga, sea cual sea su dialecto: lo decide " +
      "el simulador, o una transferencia real en la cadena del sandbox.",
    options: { reason: "por qué, por ejemplo not_enough_funds" },
  },
  "payment cancel": {
    about: "Cancela un pago que espera a quien paga; no si un riel ya mueve su dinero.",
  },
  "payment refund": {
    about:
      "Devuelve dinero de un pago aprobado por el riel que lo trajo: todo lo que queda, o una " +
      "parte. Repetido con la misma clave es una sola devolución.",
    options: {
      amount: "por ejemplo 1500.00; sin él, todo lo que queda",
      to: "para tokens: a quién se envía",
      from: "para tokens: desde cuál de las direcciones del comercio",
      key: "su propia clave de esta devolución: enviada dos veces, se hace una",
    },
  },
  "attempts unknown": {
    about:
      "Lista los intentos que comenzaron y no tienen respuesta, el más antiguo primero. Nada se " +
      "envía otra vez.",
    options: {
      merchant: "solo de este, por su nombre o id",
      rail: "solo por este riel",
      "older-than": "solo lo que comenzó hace tanto, por ejemplo 30m, 2h, 3d",
    },
  },
  "bank-files list": {
    about: "Lista los archivos recibidos y enviados, el más nuevo primero.",
    options: {
      only: "solo los que llegaron, o solo los que salieron",
      limit: "cuántos, de 1 a 10000; 50 si se omite",
    },
  },
  "bank-files show": {
    about: "Muestra un archivo, por su id o nombre: sus grupos, y qué fue de sus órdenes o líneas.",
  },
  "bank-files lines": {
    about:
      "Lista las líneas que necesitan a un operador, o todas las que terminaron como se indique.",
    options: {
      outcome:
        "algunos de due, booked, known, noted, unmatched, mismatch, surplus, contradiction, " +
        "malformed, waiting",
      file: "solo de este archivo, por su id o nombre",
    },
  },
  "bank-files clear": {
    about: "Anota para siempre que usted atendió una línea abierta. No mueve dinero.",
    options: { note: "qué se hizo, y quién" },
  },
  "bank-files dry-run": {
    about: "Imprime lo que se enviaría ahora y lo que espera para después. No escribe nada.",
  },
  "bank-files send": {
    about: "Hace que venza ahora lo que espera un archivo posterior: se envía en segundos.",
  },
  "bank-files adopt": {
    about: "Deja que la pasarela trabaje con otra carpeta que antes, una vez que usted la movió.",
    options: {
      rail: "necesario si varios rieles trabajan con archivos",
      yes: "usted sabe que la carpeta tiene todo lo que tenía la anterior",
    },
  },
  "report daily": {
    about:
      "Cada pago de un comercio con un monto que cuenta en un día, lo que falta, y al lado las " +
      "sumas de los libros; termina con 1 si no coinciden.",
    options: { day: "en la zona horaria del comercio; ayer si se omite" },
  },
  "report bank": {
    about:
      "Cada línea de los extractos y avisos de los bancos de un día, con la orden de que trata.",
    options: {
      day: "el día del banco; ayer si se omite",
      "time-zone": "dónde está el banco; America/Bogota si se omite",
    },
  },
}
