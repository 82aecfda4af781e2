/** What the pages of one's own account say. */
import type { Words } from "../words.ts"

export const T = {
  title: { es: "Mi cuenta", pt: "Minha conta", en: "My account" },
  name: { es: "Nombre", pt: "Nome", en: "Name" },
  email: { es: "Correo", pt: "E-mail", en: "E-mail" },
  role: { es: "Rol", pt: "Papel", en: "Role" },
  password: { es: "Contraseña", pt: "Senha", en: "Password" },
  old: { es: "Contraseña actual", pt: "Senha atual", en: "Present password" },
  next: { es: "Contraseña nueva", pt: "Senha nova", en: "New password" },
  change: { es: "Cambiar", pt: "Alterar", en: "Change" },
  changed: {
    es: "La contraseña cambió. Las demás sesiones terminaron.",
    pt: "A senha foi alterada. As outras sessões terminaram.",
    en: "The password was changed. All other sessions have ended.",
  },
  factor: { es: "Segundo factor", pt: "Segundo fator", en: "Second factor" },
  factorOn: {
    es: "Activo. Quedan {left} códigos de recuperación.",
    pt: "Ativo. Restam {left} códigos de recuperação.",
    en: "On. {left} recovery codes are left.",
  },
  factorOff: {
    es: "Inactivo. Con él, una contraseña robada no basta.",
    pt: "Inativo. Com ele, uma senha roubada não basta.",
    en: "Off. With it, a stolen password isn't enough.",
  },
  factorAsked: {
    es: "Se le pide a todos: actívelo para seguir.",
    pt: "É exigido de todos: ative-o para continuar.",
    en: "Everybody is asked for it: set it up to go on.",
  },
  setUp: { es: "Activar", pt: "Ativar", en: "Set up" },
  renew: { es: "Cambiar de aplicación", pt: "Trocar de aplicativo", en: "Change the app" },
  remove: { es: "Desactivar", pt: "Desativar", en: "Turn off" },
  removeSure: {
    es: "¿Desactivar el segundo factor?",
    pt: "Desativar o segundo fator?",
    en: "Turn the second factor off?",
  },
  removed: {
    es: "El segundo factor quedó inactivo.",
    pt: "O segundo fator ficou inativo.",
    en: "The second factor is off.",
  },
  scan: {
    es: "Lea esta imagen con una aplicación de códigos, o escriba el secreto. Luego escriba el código que muestra.",
    pt: "Leia esta imagem com um aplicativo de códigos, ou digite o segredo. Depois digite o código que ele mostra.",
    en: "Read this picture with an authenticator app, or type the secret. Then type the code that it shows.",
  },
  picture: {
    es: "Código QR del segundo factor",
    pt: "Código QR do segundo fator",
    en: "QR code of the second factor",
  },
  secret: { es: "Secreto", pt: "Segredo", en: "Secret" },
  code: { es: "Código de 6 dígitos", pt: "Código de 6 dígitos", en: "6-digit code" },
  confirm: { es: "Confirmar", pt: "Confirmar", en: "Confirm" },
  saved: {
    es: "El segundo factor está activo",
    pt: "O segundo fator está ativo",
    en: "The second factor is on",
  },
  recovery: {
    es: "Guarde estos códigos fuera de este equipo. Cada uno sirve una vez si pierde la aplicación. No se muestran de nuevo.",
    pt: "Guarde estes códigos fora deste computador. Cada um vale uma vez se perder o aplicativo. Não serão mostrados de novo.",
    en: "Keep these codes outside this machine. Each is good once, should you lose the app. They aren't shown again.",
  },
  done: { es: "Ya los guardé", pt: "Já guardei", en: "I have kept them" },
  sessions: { es: "Sesiones", pt: "Sessões", en: "Sessions" },
  browser: { es: "Navegador", pt: "Navegador", en: "Browser" },
  since: { es: "Desde", pt: "Desde", en: "Since" },
  seen: { es: "Última vez", pt: "Última vez", en: "Last used" },
  place: { es: "Origen", pt: "Origem", en: "Origin" },
  placeHint: {
    es: "El origen es una marca de la dirección de red: la misma dirección tiene la misma.",
    pt: "A origem é uma marca do endereço de rede: o mesmo endereço tem a mesma.",
    en: "The origin is a mark of the network address: the same address has the same one.",
  },
  thisOne: { es: "esta", pt: "esta", en: "this one" },
  end: { es: "Terminar", pt: "Encerrar", en: "End" },
  endOthers: {
    es: "Terminar todas las demás",
    pt: "Encerrar todas as outras",
    en: "End all others",
  },
  ended: {
    es: "Sesiones terminadas: {count}.",
    pt: "Sessões encerradas: {count}.",
    en: "Sessions ended: {count}.",
  },
} as const satisfies Record<string, Words>
