/** What the pages say before somebody is signed in. */
import type { Words } from "./words.ts"

export const SIGN_IN = {
  title: { es: "Entrar a la consola", pt: "Entrar no console", en: "Sign in to the console" },
  again: { es: "Confirme que es usted", pt: "Confirme que é você", en: "Confirm that it's you" },
  email: { es: "Correo", pt: "E-mail", en: "E-mail" },
  password: { es: "Contraseña", pt: "Senha", en: "Password" },
  enter: { es: "Entrar", pt: "Entrar", en: "Sign in" },
  wrong: {
    es: "El correo y la contraseña no coinciden.",
    pt: "O e-mail e a senha não conferem.",
    en: "E-mail and password don't belong together.",
  },
  wait: {
    es: "Demasiados intentos. Espere medio minuto.",
    pt: "Tentativas demais. Espere meio minuto.",
    en: "Too many tries. Wait for half a minute.",
  },
  busy: {
    es: "Muchas personas están entrando ahora. Vuelva a intentarlo.",
    pt: "Muitas pessoas estão entrando agora. Tente de novo.",
    en: "Many people sign in at this moment. Try again.",
  },
  gone: {
    es: "La sesión terminó. Lo que escribió no se perdió: entre y podrá enviarlo.",
    pt: "A sessão terminou. O que você escreveu não se perdeu: entre e poderá enviar.",
    en: "The session has ended. What you typed isn't lost: sign in and you can send it.",
  },
  fresh: {
    es: "Para este paso, escriba otra vez su contraseña.",
    pt: "Para este passo, digite sua senha de novo.",
    en: "For this step, give your password once more.",
  },
  chosen: {
    es: "La contraseña quedó guardada. Ya puede entrar.",
    pt: "A senha foi guardada. Já pode entrar.",
    en: "The password is set. You can sign in now.",
  },
  left: { es: "Salió de la consola.", pt: "Você saiu do console.", en: "You are signed out." },
  forgotten: {
    es: "¿Olvidó la contraseña? Pida a un propietario un enlace nuevo.",
    pt: "Esqueceu a senha? Peça a um proprietário um link novo.",
    en: "Forgot it? Ask an owner for a new link.",
  },
  factor: { es: "Segundo factor", pt: "Segundo fator", en: "Second factor" },
  code: {
    es: "Código de 6 dígitos, o uno de recuperación",
    pt: "Código de 6 dígitos, ou um de recuperação",
    en: "6-digit code, or one of those for recovery",
  },
  codeWrong: {
    es: "Ese código no sirve, o ya se usó. Espere el siguiente.",
    pt: "Esse código não serve, ou já foi usado. Espere o próximo.",
    en: "That code isn't right, or was used before. Wait for the next one.",
  },
  resend: { es: "¿Enviar ahora?", pt: "Enviar agora?", en: "Send it now?" },
  resendText: {
    es: "Esto es lo que había escrito. Todavía no se ha hecho nada.",
    pt: "Isto é o que você tinha escrito. Nada foi feito ainda.",
    en: "This is what you had typed. Nothing has been done yet.",
  },
  send: { es: "Enviar", pt: "Enviar", en: "Send" },
  discard: { es: "Descartar", pt: "Descartar", en: "Discard" },
  invitation: {
    es: "Elija su contraseña",
    pt: "Escolha sua senha",
    en: "Choose your password",
  },
  invited: {
    es: "Para {name}, {email}.",
    pt: "Para {name}, {email}.",
    en: "For {name}, {email}.",
  },
  newPassword: { es: "Contraseña nueva", pt: "Senha nova", en: "New password" },
  rule: {
    es: "Al menos {min} caracteres. Una frase sirve; se acepta cualquier carácter.",
    pt: "Pelo menos {min} caracteres. Uma frase serve; qualquer caractere é aceito.",
    en: "At least {min} characters. A sentence is fine, and so is any character.",
  },
  save: { es: "Guardar", pt: "Guardar", en: "Save" },
  linkOver: {
    es: "Este enlace ya se usó o venció",
    pt: "Este link já foi usado ou venceu",
    en: "This link was used, or its time is over",
  },
  linkOverText: {
    es: "Pida a un propietario uno nuevo.",
    pt: "Peça um novo a um proprietário.",
    en: "Ask an owner for a new one.",
  },
} as const satisfies Record<string, Words>

/** What can be wrong with users, in words for those who typed it. */
export const USER_PROBLEMS = {
  email_taken: {
    es: "Ya hay un usuario con este correo.",
    pt: "Já há um usuário com este e-mail.",
    en: "There is a user with this e-mail already.",
  },
  email_wrong: {
    es: "Escriba un correo, como ana@empresa.co.",
    pt: "Escreva um e-mail, como ana@empresa.com.br.",
    en: "Write an e-mail address, such as ana@example.com.",
  },
  name_wrong: {
    es: "Escriba un nombre de 1 a 80 caracteres, sin < ni >.",
    pt: "Escreva um nome de 1 a 80 caracteres, sem < nem >.",
    en: "Write a name of 1 to 80 characters, without < and >.",
  },
  merchant_wrong: {
    es: "Elija el comercio de este usuario; los demás roles no tienen uno.",
    pt: "Escolha o comerciante deste usuário; os outros papéis não têm um.",
    en: "Choose this user's merchant; the other roles have none.",
  },
  last_owner: {
    es: "Es el último propietario que puede entrar: nombre antes a otro.",
    pt: "É o último proprietário que pode entrar: nomeie outro antes.",
    en: "This is the last owner who can sign in: make another one first.",
  },
  changed_meanwhile: {
    es: "Otra persona lo cambió mientras tanto. Abajo está lo que hay ahora.",
    pt: "Outra pessoa o alterou enquanto isso. Abaixo está o que há agora.",
    en: "Somebody else changed it meanwhile. Below is what there is now.",
  },
  not_there: {
    es: "Ese usuario no existe o está desactivado.",
    pt: "Esse usuário não existe ou está desativado.",
    en: "That user doesn't exist, or is disabled.",
  },
  link_over: {
    es: "Este enlace ya se usó o venció.",
    pt: "Este link já foi usado ou venceu.",
    en: "This link was used, or its time is over.",
  },
  password_wrong: {
    es: "Esa no es su contraseña actual.",
    pt: "Essa não é sua senha atual.",
    en: "That isn't your present password.",
  },
  too_many: SIGN_IN.wait,
  busy: SIGN_IN.busy,
  code_wrong: SIGN_IN.codeWrong,
  factor_required: {
    es: "Un propietario pide el segundo factor a todos.",
    pt: "Um proprietário exige o segundo fator de todos.",
    en: "An owner asks everybody for a second factor.",
  },
  password_short: {
    es: "Es muy corta: al menos 12 caracteres.",
    pt: "É curta demais: pelo menos 12 caracteres.",
    en: "It is too short: at least 12 characters.",
  },
  password_long: {
    es: "Es muy larga: como máximo 200 caracteres.",
    pt: "É longa demais: no máximo 200 caracteres.",
    en: "It is too long: at most 200 characters.",
  },
  password_common: {
    es: "Es de las que se adivinan primero. Pruebe con cuatro palabras que no vayan juntas.",
    pt: "É das que se adivinham primeiro. Tente quatro palavras que não combinem.",
    en: "It is one of those that are guessed first. Try four words that don't belong together.",
  },
  password_own: {
    es: "Se parece demasiado a su nombre o correo.",
    pt: "Parece demais com seu nome ou e-mail.",
    en: "It is too much like your name or e-mail.",
  },
} as const satisfies Record<string, Words>
