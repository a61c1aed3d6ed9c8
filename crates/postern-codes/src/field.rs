//! Arithmetic in GF(32): primitive polynomial x^5 + x^2 + 1, generator 2. Addition is `^`.

/// Non-zero elements: the generator's powers repeat after this many.
const ORDER: usize = 31;

/// The product of two elements.
pub(crate) fn times(a: u8, b: u8) -> u8 {
    let (mut factor, mut product) = (a, 0);
    for bit in 0..5 {
        if b >> bit & 1 == 1 {
            product ^= factor;
        }
        factor <<= 1;
        if factor & 0b10_0000 != 0 {
            factor ^= 0b10_0101;
        }
    }
    product
}

/// An element multiplied with itself.
fn power(base: u8, exponent: usize) -> u8 {
    (0..exponent % ORDER).fold(1, |product, _| times(product, base))
}

/// The generator to the power of `exponent`.
pub(crate) fn alpha(exponent: usize) -> u8 {
    power(2, exponent)
}

/// `a / b`; zero for the division by zero, which no caller does.
pub(crate) fn over(a: u8, b: u8) -> u8 {
    if b == 0 { 0 } else { times(a, power(b, ORDER - 1)) }
}

/// The polynomial with these coefficients, highest power first, at a point.
pub(crate) fn evaluate(coefficients: &[u8], point: u8) -> u8 {
    coefficients.iter().fold(0, |sum, coefficient| times(sum, point) ^ coefficient)
}

#[cfg(test)]
mod tests {
    use super::{alpha, over, times};

    #[test]
    fn the_generator_reaches_every_element_but_zero() {
        let reached: std::collections::BTreeSet<u8> = (0..31).map(alpha).collect();
        assert_eq!(reached, (1..32).collect());
        assert_eq!(alpha(31), 1);
    }

    #[test]
    fn division_undoes_multiplication() {
        for a in 0..32 {
            for b in 1..32 {
                assert_eq!(over(times(a, b), b), a);
                assert_eq!(times(a, b), times(b, a));
            }
        }
    }
}
